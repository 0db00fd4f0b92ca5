package main

import (
	"errors"
	"net"
	"sync"
	"time"
)

// What the Kafka library dials with unless told otherwise.
const dialTimeout = 30 * time.Second

// severableDialer keeps the connections it made, so that a member can vanish from
// the brokers' sight as a killed process does: all its sockets close at once and
// nothing says goodbye.
type severableDialer struct {
	mutex   sync.Mutex
	conns   []net.Conn
	severed bool
}

// Dial implements the interface of the Kafka library's proxy setting.
func (d *severableDialer) Dial(network, address string) (net.Conn, error) {
	conn, err := net.DialTimeout(network, address, dialTimeout)
	if err != nil {
		return nil, err
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.severed {
		conn.Close()
		return nil, errors.New("this member was killed")
	}
	d.conns = append(d.conns, conn)
	return conn, nil
}

// sever closes all connections and refuses new ones.
func (d *severableDialer) sever() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.severed = true
	for _, conn := range d.conns {
		conn.Close()
	}
}
