package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	authority = "ca"
	server    = "apiserver"
	// The key that signs the tokens of service accounts; it has a public half, but no certificate.
	accounts = "service-accounts"

	lifetime = 7 * 24 * time.Hour
	// The first address of the range that services get, which Kubernetes takes for its own.
	ownServiceIP = "10.0.0.1"
)

// writePKI writes FOLDER/{ca,apiserver}.{crt,key} and FOLDER/service-accounts.{key,pub}.
func writePKI(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	root := certificate("test authority")
	root.IsCA = true
	root.KeyUsage |= x509.KeyUsageCertSign
	if err := writeSelfSigned(folder, authority, root); err != nil {
		return err
	}
	serving := certificate(server)
	serving.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	serving.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	serving.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP(ownServiceIP)}
	if err := writeSigned(folder, server, serving); err != nil {
		return err
	}
	key, err := writeKey(folder, accounts)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return writePEM(folder, accounts+".pub", "PUBLIC KEY", public)
}

// writeClient writes the certificate of a user: Kubernetes reads the name from its common name, the groups from its
// organizations. A colon, as in system:nodes, is no part of a file's name everywhere.
func writeClient(folder, name string, groups []string) error {
	client := certificate(name, groups...)
	client.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return writeSigned(folder, strings.ReplaceAll(name, ":", "_"), client)
}

func certificate(name string, organizations ...string) *x509.Certificate {
	// Never fails since Go 1.24.
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: name, Organization: organizations},
		NotBefore:             time.Now().Add(-time.Minute),
		NotAfter:              time.Now().Add(lifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
}

func writeSelfSigned(folder, name string, template *x509.Certificate) error {
	key, err := writeKey(folder, name)
	if err != nil {
		return err
	}
	return sign(folder, name, signing{template, template, key, key})
}

func writeSigned(folder, name string, template *x509.Certificate) error {
	issuer, issuerKey, err := readAuthority(folder)
	if err != nil {
		return err
	}
	key, err := writeKey(folder, name)
	if err != nil {
		return err
	}
	return sign(folder, name, signing{template, issuer, key, issuerKey})
}

type signing struct {
	template, issuer *x509.Certificate
	key, issuerKey   crypto.Signer
}

func sign(folder, name string, s signing) error {
	signed, err := x509.CreateCertificate(rand.Reader, s.template, s.issuer, s.key.Public(), s.issuerKey)
	if err != nil {
		return err
	}
	return writePEM(folder, name+".crt", "CERTIFICATE", signed)
}

func readAuthority(folder string) (*x509.Certificate, crypto.Signer, error) {
	encoded, err := readPEM(folder, authority+".crt")
	if err != nil {
		return nil, nil, err
	}
	issuer, err := x509.ParseCertificate(encoded)
	if err != nil {
		return nil, nil, err
	}
	encoded, err = readPEM(folder, authority+".key")
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(encoded)
	if err != nil {
		return nil, nil, err
	}
	return issuer, key.(crypto.Signer), nil
}

func writeKey(folder, name string) (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, writePEM(folder, name+".key", "PRIVATE KEY", encoded)
}

func writePEM(folder, file, kind string, encoded []byte) error {
	return os.WriteFile(filepath.Join(folder, file), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: encoded}), 0o600)
}

func readPEM(folder, file string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New(file + " holds no PEM")
	}
	return block.Bytes, nil
}
