package lexical

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// manifest names the files that make an index. It is replaced as a whole: JSON
// on one line, its CRC-32C in hexadecimal on the next.
type manifest struct {
	Version  int
	Seq      int64 // of the last batch that the segments hold
	WAL      int   // number of the first log to read after the segments
	Next     int   // number for the next file
	Segments []manifestRow
	Schema   uint32
}

type manifestRow struct {
	Number  int
	Deleted int // documents
	Gen     int // generation of the file of deleted documents; 0: there is none
}

const manifestName = "MANIFEST"

func segName(n int) string      { return fmt.Sprintf("%08d.seg", n) }
func walName(n int) string      { return fmt.Sprintf("%08d.wal", n) }
func delName(n, gen int) string { return fmt.Sprintf("%08d-%d.del", n, gen) }

func (m *manifest) write(d disk) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return writeFile(d, manifestName, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s\n%08x\n", line, crc32.Checksum(line, castagnoli))
		return err
	})
}

func parseManifest(p []byte) (*manifest, error) {
	line, sum, _ := bytes.Cut(p, []byte("\n"))
	if want := fmt.Sprintf("%08x\n", crc32.Checksum(line, castagnoli)); want != string(sum) {
		return nil, &Damage{manifestName, "all", "wrong checksum"}
	}
	var m manifest
	if err := json.Unmarshal(line, &m); err != nil {
		return nil, &Damage{manifestName, "all", err.Error()}
	}
	if m.Version != version {
		return nil, &Damage{manifestName, "all", fmt.Sprintf("version %d, this program reads %d", m.Version, version)}
	}
	return &m, nil
}

// clean removes what the manifest does not name.
func (m *manifest) clean(d disk) {
	keep := map[string]bool{manifestName: true, "LOCK": true}
	for _, s := range m.Segments {
		keep[segName(s.Number)], keep[delName(s.Number, s.Gen)] = true, true
	}
	names, _ := d.list()
	for _, n := range names {
		var number int
		ours := strings.HasSuffix(n, ".part") || strings.HasSuffix(n, ".seg") || strings.HasSuffix(n, ".del")
		if _, err := fmt.Sscanf(n, "%d.wal", &number); err == nil {
			ours = number < m.WAL
		}
		if ours && !keep[n] {
			_ = d.remove(n) // the next opening tries again
		}
	}
}
