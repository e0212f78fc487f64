// The command gallery serves every page of Broadsheet in every state, with
// invented data: go run ./web/webtest/gallery
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"broadsheet/web/webtest"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8099", "the `address` to listen on; port 0 chooses one")
	flag.Parse()
	if err := serve(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func serve(address string) error {
	h, err := webtest.Gallery()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s\n", l.Addr())
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	return s.Serve(l)
}
