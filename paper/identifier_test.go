package paper_test

import (
	"testing"

	"broadsheet/fault"
	"broadsheet/paper"
)

func TestParseIdentifier(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in      string
		scheme  paper.Scheme
		value   string
		version int
	}{
		{"2604.11666", paper.ArXiv, "2604.11666", 0},
		{" 2604.11666v3 ", paper.ArXiv, "2604.11666", 3},
		{"arXiv:2604.11666v1", paper.ArXiv, "2604.11666", 1},
		{"2604.11666v1#page=3", paper.ArXiv, "2604.11666", 1},
		{"ARXIV: 0704.0001", paper.ArXiv, "0704.0001", 0},
		{"hep-th/9901001", paper.ArXiv, "hep-th/9901001", 0},
		{"hep-th/9901001v2", paper.ArXiv, "hep-th/9901001", 2},
		{"math.GT/0309136", paper.ArXiv, "math/0309136", 0},
		{"https://arxiv.org/abs/2604.11666v2", paper.ArXiv, "2604.11666", 2},
		{"http://export.arxiv.org/abs/cond-mat/0207270v1", paper.ArXiv, "cond-mat/0207270", 1},
		{"https://arxiv.org/pdf/2604.11666v2.pdf", paper.ArXiv, "2604.11666", 2},
		{"https://www.arxiv.org/pdf/2604.11666?download=1#page=2", paper.ArXiv, "2604.11666", 0},
		{"arxiv.org/abs/2604.11666", paper.ArXiv, "2604.11666", 0},
		{"https://huggingface.co/papers/2604.11666", paper.ArXiv, "2604.11666", 0},
		{"10.48550/arXiv.2604.11666", paper.ArXiv, "2604.11666", 0},
		{"https://doi.org/10.48550/arXiv.2604.11666v2", paper.ArXiv, "2604.11666", 2},
		{"10.1103/PhysRevD.104.055020", paper.DOI, "10.1103/physrevd.104.055020", 0},
		{"doi:10.1103/PhysRevD.104.055020", paper.DOI, "10.1103/physrevd.104.055020", 0},
		{"https://dx.doi.org/10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O", paper.DOI, "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o", 0},
		{"https://openreview.net/forum?id=rJl3yM-Ab&noteId=x", paper.OpenReview, "rJl3yM-Ab", 0},
		{"openreview:rJl3yM-Ab", paper.OpenReview, "rJl3yM-Ab", 0},
		{"https://Example.org/Paper#x", paper.URL, "https://example.org/Paper", 0},
		{"https://example.org/", paper.URL, "https://example.org", 0},
		{"b17", paper.Own, "b17", 0},
	} {
		got, version, err := paper.ParseIdentifier(c.in)
		if want := (paper.Identifier{Scheme: c.scheme, Value: c.value}); err != nil || got != want || version != c.version {
			t.Errorf("%q: %v v%d, %v; want %v v%d", c.in, got, version, err, want, c.version)
		}
	}
}

func TestParseIdentifierRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "learning theory", "2604.1166", "1412.69800", "2613.00001", "2600.00001", "0703.0001",
		"hep-th/9913001", "hep-th/990100", "hep-th/0704001", "10.1/x", "ftp://example.org/x", "javascript:alert(1)", "b0", "2604.11666v0",
	} {
		if got, _, err := paper.ParseIdentifier(in); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q was read as %v, %v; want a fault.Invalid", in, got, err)
		}
	}
}

// FuzzParseIdentifier checks that what is read is canonical: its text and its
// address are read back as the same identifier.
func FuzzParseIdentifier(f *testing.F) {
	for _, s := range []string{"2604.11666v2", "hep-th/9901001", "10.1000/x y", "https://openreview.net/forum?id=rJl3yM-Ab", "http://a/?#", "arXiv:math.GT/0309136"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, _, err := paper.ParseIdentifier(s)
		if err != nil {
			return
		}
		if again, _, err := paper.ParseIdentifier(id.String()); err != nil || again != id {
			t.Errorf("%q is %#v, whose text %q is read as %#v, %v", s, id, id.String(), again, err)
		}
		if u := id.URL(); u != "" {
			if again, _, err := paper.ParseIdentifier(u); err != nil || again != id {
				t.Errorf("%q is %#v, whose address %q is read as %#v, %v", s, id, u, again, err)
			}
		}
	})
}
