// The parts of a Kubernetes control plane in one binary, for the tests alone: the API server and the controller manager are
// those of k8s.io/kubernetes, and etcd runs as the library that it is. Each part is a process of its own, because feature
// gates and metrics are global inside one process. test/cluster/ starts and stops them.
//
//	cluster pki FOLDER                      an authority, a server certificate and the key that signs service account tokens
//	cluster client FOLDER NAME [GROUP...]   a client certificate of that authority
//	cluster etcd FOLDER CLIENT_URL PEER_URL
//	cluster kube-apiserver FLAG...
//	cluster kube-controller-manager FLAG...
//
// It is a module of its own, because it takes a quarter of an hour to build for the first time.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	// Time zones of CronJobs, also where the machine has none.
	_ "time/tzdata"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

var errUsage = errors.New("usage: cluster pki|client|etcd|kube-apiserver|kube-controller-manager ARGUMENT...")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) < 2 {
		return errUsage
	}
	part, rest := arguments[0], arguments[1:]
	switch {
	case part == "pki" && len(rest) == 1:
		return writePKI(rest[0])
	case part == "client" && len(rest) >= 2:
		return writeClient(rest[0], rest[1], rest[2:])
	case part == "etcd" && len(rest) == 3:
		endWithParent()
		return runEtcd(rest[0], rest[1], rest[2])
	case part == "kube-apiserver":
		return runComponent(apiserver.NewAPIServerCommand(), rest)
	case part == "kube-controller-manager":
		return runComponent(controllermanager.NewControllerManagerCommand(), rest)
	}
	return errUsage
}

func runComponent(command *cobra.Command, flags []string) error {
	endWithParent()
	command.SetArgs(flags)
	os.Exit(cli.Run(command))
	return nil
}

// endWithParent ends the process with its standard input. Whoever started it holds the other end of the pipe, and the
// system closes that however the holder ends, by SIGKILL too. There is nothing to save: the data die with the test.
func endWithParent() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
}
