package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

var (
	colours = strings.Fields("amber azure beige black blue bronze brown coral crimson cyan golden green grey indigo ivory lilac maroon olive orange pink purple red ruby silver teal violet white yellow")
	things  = strings.Fields("apples balloons banjos beetles bicycles boats bread buttons cactuses candles carpets cherries chess clocks clouds coffee dolphins drums eagles ferns flutes foxes geese hammers hats ivy jazz kayaks kites lamps lemons maps marbles novels oaks onions otters owls pears pencils quilts quokkas radios rivers roses scarves sheep socks spoons stamps tea tigers tulips umbrellas violins walnuts whales yoga zebras")
	given   = strings.Fields("Ada Boris Carla Dmitri Elena Farid Greta Hugo Ines Jonas Karim Lena Mateo Nadia Oscar Petra Quinn Rosa Stefan Tara Umar Vera Wanda Xenia Yusuf Zoe")
	family  = strings.Fields("Abbott Becker Castro Dvorak Ekman Fischer Garcia Haddad Ivanov Jensen Kowalski Larsen Moreau Novak Okafor Petrov Quist Rossi Sato Tanaka Ueda Vogel Weber Xu Yilmaz Zhang")
)

// limit writes a collection in the style of LIMIT (Weller et al. 2025, "On the Theoretical
// Limitations of Embedding-Based Retrieval") in the layout of BEIR: people and what they
// like, and for each pair of 46 of them a question to which these two are the answer.
func limit(_ context.Context, o options) error {
	const core, likes = 46, 46
	if o.out == "" || o.n < core {
		return errors.New("limit needs -out FOLDER, and 46 documents (-n) or more")
	}
	r := rand.New(rand.NewPCG(5, 5))
	var all []string
	between := "" // one word: nothing but it tells two people apart
	if o.shared {
		between = " " // two words, each of which nearly all have
	}
	for _, c := range colours {
		for _, t := range things {
			all = append(all, c+between+t)
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	docs := make([][]string, o.n)
	var queries, judged strings.Builder
	judged.WriteString("query-id\tcorpus-id\tscore\n")
	asked := 0
	for a := range core {
		for b := range a {
			docs[a], docs[b] = append(docs[a], all[asked]), append(docs[b], all[asked])
			fmt.Fprintf(&queries, "{\"_id\":\"q%d\",\"text\":\"Who likes %s?\"}\n", asked, all[asked])
			fmt.Fprintf(&judged, "q%d\td%d\t1\nq%d\td%d\t1\n", asked, a, asked, b)
			asked++
		}
	}
	var corpus strings.Builder
	for i, list := range docs {
		for len(list) < likes {
			list = append(list, all[asked+r.IntN(len(all)-asked)])
		}
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		name := given[i%len(given)] + " " + family[i/len(given)%len(family)]
		line, err := json.Marshal(map[string]string{"_id": fmt.Sprint("d", i), "title": "", "text": name + " likes " + strings.Join(list, ", ") + "."})
		if err != nil {
			return err
		}
		corpus.Write(append(line, '\n'))
	}
	return cmp.Or(
		os.MkdirAll(filepath.Join(o.out, "qrels"), 0o755),
		os.WriteFile(filepath.Join(o.out, "corpus.jsonl"), []byte(corpus.String()), 0o644),
		os.WriteFile(filepath.Join(o.out, "queries.jsonl"), []byte(queries.String()), 0o644),
		os.WriteFile(filepath.Join(o.out, "qrels", "test.tsv"), []byte(judged.String()), 0o644),
	)
}
