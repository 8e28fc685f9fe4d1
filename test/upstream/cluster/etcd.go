package main

import (
	"fmt"
	"net/url"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/wal"
)

const etcdPatience = 30 * time.Second

// runEtcd serves until the process ends. It listens without TLS, so both addresses must be those of the loopback.
func runEtcd(folder, clientURL, peerURL string) error {
	// Files of 64 MB would be laid out in advance, and every write would wait for the disk: both for data of a few minutes.
	wal.SegmentSizeBytes = 1 << 20
	config := embed.NewConfig()
	config.UnsafeNoFsync = true
	config.Name = "test"
	config.Dir = folder
	config.LogLevel = "error"
	clients, err := url.Parse(clientURL)
	if err != nil {
		return err
	}
	peers, err := url.Parse(peerURL)
	if err != nil {
		return err
	}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{*clients}, []url.URL{*clients}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{*peers}, []url.URL{*peers}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer etcd.Close()
	select {
	case <-etcd.Server.ReadyNotify():
	case err := <-etcd.Err():
		return err
	case <-time.After(etcdPatience):
		return fmt.Errorf("etcd is not ready after %s", etcdPatience)
	}
	return <-etcd.Err()
}
