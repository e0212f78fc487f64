package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want, meaning string
		notes                     string // a part of each note, separated by |
	}{
		{"words", "learning theory", "learning theory", "learning theory", ""},
		{"a phrase", `"learning theory" kernel`, `kernel "learning theory"`, "learning theory kernel", ""},
		{"quotes of a phone", "“learning theory”", `"learning theory"`, "learning theory", ""},
		{"without", "diffusion -survey", "diffusion -survey", "diffusion", ""},
		{"without a phrase", `diffusion -"large language"`, `diffusion -"large language"`, "diffusion", ""},
		{"twice without", "a --b", "a b", "a", ""},
		{"a hyphen is no sign", "k-NN d-dimensional", "k-NN d-dimensional", "k-NN d-dimensional", ""},
		{"either", "kernel OR gaussian process", "process kernel OR gaussian", "kernel gaussian process", ""},
		{"groups", "(kernel method) OR gaussian", "(kernel method) OR gaussian", "kernel method gaussian", ""},
		{"a group alone is words", "(kernel method)", "kernel method", "kernel method", ""},
		{"without a group", "x -(a OR b)", "x -(a OR b)", "x", ""},
		{"AND", "a AND b", "a b", "a b", ""},
		{"NOT", `a NOT b AND NOT "c d" ANDNOT (e f)`, `a -b -"c d" -(e f)`, "a", ""},
		{"NOT alone", "a NOT", "a", "a", "nothing behind it"},
		{"not in small letters", "not a", "not a", "not a", ""},
		{"a beginning", "transf*", "transf*", "transf", ""},
		{"too short a beginning", "t*", "t", "t", "at least 2 letters"},
		{"a field", "title:kernel abs:proof", "title:kernel abstract:proof", "kernel proof", ""},
		{"a field's beginning", "title:kern*", "title:kern*", "kern", ""},
		{"a field's phrase", `title:"deep learning"`, `title:"deep learning"`, "deep learning", ""},
		{"a field's group", `title:(deep OR "wide net" -abs:x) ti:(y z)`, `title:deep OR title:"wide net" -abstract:x title:y title:z`, "deep wide net y z", ""},
		{"a field's empty group", "title:() x", "x", "x", "is no word"},
		{"an author", `author:he author:"Kaiming He" au:K.He`, `author:he author:"Kaiming He" author:K.He`, "", ""},
		{"a category", "cat:stat.ML -category:cs.CV", "category:stat.ML -category:cs.CV", "", ""},
		{"code", "has:code has:gold", `has:gold has:code`, "has:gold", "has:gold is not known"},
		{"dates", "after:2024-03 before:2025 x", "x after:2024-03-01 before:2025-12-31", "x", ""},
		{"a range", "2024..2025 x", "x 2024-01-01..2025-12-31", "x", ""},
		{"an open range", "2024.. x", "x after:2024-01-01", "x", ""},
		{"a range backwards", "2025..2024", "2024-01-01..2025-12-31", "", "read as 2024..2025"},
		{"no date", "after:spring", "after:spring", "after:spring", "write after:2024-03"},
		{"votes", "votes:>20 votes:5..10 votes:3", "votes:>=21 votes:5..10 votes:3", "", ""},
		{"fewer votes than none", "votes:<0", "votes:<0", "votes:<0", "makes no sense"},
		{"an edition", "edition:2026-04 edition:2026-w16", "edition:2026-04-01..2026-04-30 edition:2026-04-13..2026-04-19", "", ""},
		{"an identifier", "id:2604.11666v2 x", "x id:arXiv:2604.11666", "x", ""},
		{"like", "like:2604.11666", "like:arXiv:2604.11666", "", ""},
		{"not like", "x -like:2604.11666", "x", "x", "cannot be negated"},
		{"mathematics", `$\ell_1$ f(x) C++ L_1 α`, `$\ell_1$ f(x) C++ L_1 α`, `$\ell_1$ f(x) C++ L_1 α`, ""},
		{"an unknown field", "foo:bar", "foo:bar", "foo:bar", "no field foo"},
		{"no field at all", "https://example.org/x 12:30 arXiv:2604.11666 LoRA:", "https://example.org/x 12:30 arXiv:2604.11666 LoRA:", "https://example.org/x 12:30 arXiv:2604.11666 LoRA:", ""},
		{"an open quote behind a field", `title:"world model`, `title:"world model"`, "world model", "closed at the end"},
		{"an unknown field with a phrase", `foo:"a b"`, `"a b"`, "a b", "no field foo"},
		{"a field with nothing", "title: kernel", "title: kernel", "title: kernel", "nothing behind it"},
		{"an open quote", `"learning theory`, "learning theory", "learning theory", "not closed"},
		{"an empty quote", `"" x`, "x", "x", ""},
		{"an open parenthesis", "(a OR b", "a OR b", "a b", "not closed"},
		{"a parenthesis in a word", "(a f(x) b) OR g(y z) c(d", "y z c d (a f(x) b) OR g", "a f(x) b g y z c d", "not closed"},
		{"a closing parenthesis", "a) b", "a b", "a b", "without an opening one"},
		{"a lonely OR", "OR a OR", "a", "a", "OR stands between"},
		{"a lonely minus", "a - b", "a b", "a b", "is no word"},
		{"OR alone", `OR`, "", "", "no word"},
		{"an empty quote alone", `""`, "", "", "no word"},
		{"AND alone", `AND`, "", "", "no word"},
		{"signs alone", "!!! ???", "", "", "is no word"},
		{"nothing", "  ", "", "", ""},
		{"more words than are read", strings.Repeat("a ", 40) + "b -c", strings.Repeat("a ", 39) + "a", strings.Repeat("a ", 39) + "a", "Only the first 40 words"},
		{"a long phrase", `"` + strings.Repeat("a ", 40) + `b"`, `"` + strings.Repeat("a ", 40) + `b"`, strings.Repeat("a ", 39) + "a", "with the first 40 words"},
		{"any script", "深度学习 обучение תורה", "深度学习 обучение תורה", "深度学习 обучение תורה", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := Parse(tt.text)
			if got := q.String(); got != tt.want {
				t.Errorf("%q was read as %q, want %q", tt.text, got, tt.want)
			}
			if q.Meaning != tt.meaning {
				t.Errorf("%q means %q, want %q", tt.text, q.Meaning, tt.meaning)
			}
			notes := strings.Join(q.Notes, " ")
			if (tt.notes == "") != (notes == "") || !strings.Contains(notes, tt.notes) {
				t.Errorf("%q has the notes %q, want %q", tt.text, q.Notes, tt.notes)
			}
		})
	}
}

func TestDirect(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2604.11666": "arXiv:2604.11666", " arXiv:2604.11666v3 ": "arXiv:2604.11666", "hep-th/9901001": "arXiv:hep-th/9901001",
		"https://arxiv.org/abs/2604.11666": "arXiv:2604.11666", "10.1000/XYZ": "doi:10.1000/xyz", "id:2604.11666": "arXiv:2604.11666",
		"2604.11666 kernels": "", "kernels": "", "": "",
	} {
		got := ""
		if id := Parse(text).Direct; id != nil {
			got = id.String()
		}
		if got != want {
			t.Errorf("%q leads to %q, want %q", text, got, want)
		}
	}
}

// FuzzParse: whatever is typed is read, what was read can be typed again, and that
// is read as itself.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`"a b" -c (d OR e*) title:"x y" votes:>3 2024..2025 like:2604.11666`, "((((((((((((((((((((((((a", `-"`, `-(-(a)) ""`, "OR OR OR",
		"a:b:c \x00 \ufeff \u202e", "title:\"", "−x", "f(x) g(y", "-(0 0(0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := Parse(s)
		if n := utf8.RuneCountInString(q.Text); n > MaxQuery {
			t.Errorf("%d letters were read", n)
		}
		again := Parse(q.String())
		if len([]rune(q.String())) <= MaxQuery && again.String() != q.String() {
			t.Errorf("%q was read as %q, and that as %q", s, q, again)
		}
		if len(q.Notes) > 2*MaxQuery {
			t.Errorf("%d notes", len(q.Notes))
		}
	})
}
