// Broadsheet prints the day's research papers: it harvests them, lets readers
// choose, and puts out a dated, numbered, finite edition.
package main

import (
	"os"

	"broadsheet/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.System()))
}
