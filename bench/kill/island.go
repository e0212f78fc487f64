package main

import (
	"fmt"
	"os/exec"
	"strings"
)

// island is a network namespace with one wire to the rest of the machine, which can be
// cut: packets then vanish, as they do when a switch dies, and nobody is told.
type island struct{}

const (
	islandName = "broadsheet-kill"
	wire       = "bskill0"
	islandHost = "10.231.77.2"
	mainland   = "10.231.77.1"
)

// raise makes the island. It wants root.
func raise() (*island, error) {
	sink()
	for _, line := range []string{
		"ip netns add " + islandName,
		"ip link add " + wire + " type veth peer name bskill1 netns " + islandName,
		"ip address add " + mainland + "/24 dev " + wire,
		"ip link set " + wire + " up",
		"ip -n " + islandName + " address add " + islandHost + "/24 dev bskill1",
		"ip -n " + islandName + " link set bskill1 up",
		"ip -n " + islandName + " link set lo up",
	} {
		if err := ip(line); err != nil {
			sink()
			return nil, err
		}
	}
	return &island{}, nil
}

// cut takes the wire out at the island: at this end the way to it would be lost with the
// wire, and what is sent there would go wherever the rest of the net goes.
func (*island) cut() error { return ip("ip -n " + islandName + " link set bskill1 down") }

func (*island) join() error { return ip("ip -n " + islandName + " link set bskill1 up") }

// sink removes the island, if it is there.
func sink() { _ = ip("ip netns delete " + islandName) }

func ip(line string) error {
	words := strings.Fields(line)
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", line, err, out)
	}
	return nil
}
