// Command oai measures the parsing of recorded OAI-PMH answers against encoding/xml
// into structs.
//
// The answers are those of the folder arxiv_oai in BROADSHEET_TEST_DATA. Both parsers
// go over all of them in turn, and of each the best of some rounds counts, so that what
// else the machine does falls out.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"broadsheet/harvest/oai"
)

func main() {
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "oai:", err)
		os.Exit(1)
	}
}

func measure() error {
	answers, total, err := load()
	if err != nil {
		return err
	}
	parsers := []struct {
		name  string
		parse func([]byte) (int, error)
		best  time.Duration
	}{{name: "broadsheet", parse: ours}, {name: "encoding/xml", parse: standard}}
	records := 0
	for range 15 {
		for i := range parsers {
			p := &parsers[i]
			n, began := 0, time.Now()
			for _, a := range answers {
				got, err := p.parse(a)
				if err != nil {
					return fmt.Errorf("%s: %w", p.name, err)
				}
				n += got
			}
			if took := time.Since(began); p.best == 0 || took < p.best {
				p.best = took
			}
			if records == 0 {
				records = n
			}
			if n != records {
				return fmt.Errorf("%s finds %d records, the other one %d", p.name, n, records)
			}
		}
	}
	fmt.Printf("%d answers, %d records, %.1f MB\n", len(answers), records, float64(total)/1e6)
	for _, p := range parsers {
		fmt.Printf("%-14s %8.2f ms %8.0f MB/s\n", p.name, p.best.Seconds()*1e3, float64(total)/1e6/p.best.Seconds())
	}
	fmt.Printf("\nbroadsheet / encoding/xml: %.1f (goal 3)\n", parsers[1].best.Seconds()/parsers[0].best.Seconds())
	return nil
}

// load reads the recorded answers that are lists of records or single ones.
func load() (answers [][]byte, total int, err error) {
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	files, err := filepath.Glob(filepath.Join(dir, "arxiv_oai", "*.xml*"))
	if dir == "" || err != nil || len(files) == 0 {
		return nil, 0, fmt.Errorf("no recorded answers in the folder that BROADSHEET_TEST_DATA names: %q (%w)", dir, err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err == nil && strings.HasSuffix(name, ".gz") {
			var z *gzip.Reader
			if z, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
				body, err = io.ReadAll(z)
			}
		}
		if err != nil {
			return nil, 0, err
		}
		if bytes.Contains(body, []byte("<ListRecords")) || bytes.Contains(body, []byte("<GetRecord")) {
			answers = append(answers, body)
			total += len(body)
		}
	}
	return answers, total, nil
}

func ours(body []byte) (int, error) {
	p, err := oai.Parse(body)
	if err != nil {
		return 0, err
	}
	return len(p.Records), nil
}

// The structs hold what oai.Record does.
type envelope struct {
	Date    string   `xml:"responseDate"`
	Records []record `xml:"ListRecords>record"`
	Single  []record `xml:"GetRecord>record"`
	Token   struct {
		Text   string `xml:",chardata"`
		Size   string `xml:"completeListSize,attr"`
		Cursor string `xml:"cursor,attr"`
	} `xml:"ListRecords>resumptionToken"`
}

type record struct {
	Header struct {
		Status     string   `xml:"status,attr"`
		Identifier string   `xml:"identifier"`
		Datestamp  string   `xml:"datestamp"`
		Sets       []string `xml:"setSpec"`
	} `xml:"header"`
	Raw   *metadata `xml:"metadata>arXivRaw"`
	Plain *metadata `xml:"metadata>arXiv"`
	DC    *struct {
		Title       string   `xml:"title"`
		Creator     []string `xml:"creator"`
		Description []string `xml:"description"`
		Date        []string `xml:"date"`
		Identifier  []string `xml:"identifier"`
	} `xml:"metadata>dc"`
}

type metadata struct {
	ID        string `xml:"id"`
	Submitter string `xml:"submitter"`
	Versions  []struct {
		Version string `xml:"version,attr"`
		Date    string `xml:"date"`
		Size    string `xml:"size"`
		Source  string `xml:"source_type"`
	} `xml:"version"`
	Created string `xml:"created"`
	Updated string `xml:"updated"`
	Title   string `xml:"title"`
	Authors struct {
		Text string `xml:",chardata"`
		List []struct {
			Family       string   `xml:"keyname"`
			Given        string   `xml:"forenames"`
			Suffix       string   `xml:"suffix"`
			Affiliations []string `xml:"affiliation"`
		} `xml:"author"`
	} `xml:"authors"`
	Categories string `xml:"categories"`
	Comments   string `xml:"comments"`
	Journal    string `xml:"journal-ref"`
	DOI        string `xml:"doi"`
	Report     string `xml:"report-no"`
	MSC        string `xml:"msc-class"`
	ACM        string `xml:"acm-class"`
	License    string `xml:"license"`
	Abstract   string `xml:"abstract"`
}

func standard(body []byte) (int, error) {
	var e envelope
	if err := xml.Unmarshal(body, &e); err != nil {
		return 0, err
	}
	return len(e.Records) + len(e.Single), nil
}
