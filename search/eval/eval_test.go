package eval

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadTakesJudgedQueriesOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "corpus.jsonl", `{"_id":"a","title":"T","text":"x"}`+"\n\n"+`{"_id":"b","title":"","text":"y"}`)
	write(t, dir, "queries.jsonl", `{"_id":"1","text":"asked"}`+"\n"+`{"_id":"2","text":"not judged"}`+"\n"+`{"_id":"3","text":"judged useless"}`)
	write(t, dir, "qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\tb\t2\n1\ta\t0\n3\ta\t0\n")
	c, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Documents) != 2 || len(c.Queries) != 1 || c.Queries[0].Text != "asked" || len(c.Queries[0].Grades) != 1 || c.Queries[0].Grades["b"] != 2 {
		t.Errorf("read %+v", c)
	}
	write(t, dir, "qrels/test.tsv", "query-id\tcorpus-id\tscore\n1 b 2\n")
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a bad line of judgements: %v", err)
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	q := Query{Grades: map[string]int{"a": 3, "b": 1, "c": 1}}
	// By hand: (1/log2(2) + 3/log2(4)) / (3/log2(2) + 1/log2(3) + 1/log2(4)).
	want := (1 + 1.5) / (3 + 1/math.Log2(3) + 0.5)
	got := q.Score([]string{"b", "x", "a"})
	if math.Abs(got.NDCG10-want) > 1e-12 || got.MRR10 != 1 || math.Abs(got.Recall100-2.0/3) > 1e-12 {
		t.Errorf("scores %+v, want nDCG %f", got, want)
	}
	late := append(strings.Split(strings.Repeat("x,", 10), ",")[:10], "a")
	if got := q.Score(late); got.NDCG10 != 0 || got.MRR10 != 0 || got.Recall100 == 0 {
		t.Errorf("an answer in the eleventh place scores %+v", got)
	}
	if perfect := q.Score([]string{"a", "c", "b"}); math.Abs(perfect.NDCG10-1) > 1e-12 {
		t.Errorf("the best ranking scores %f", perfect.NDCG10)
	}
}

func TestWorse(t *testing.T) {
	t.Parallel()
	before := Saved{"x/both/1": 1, "x/both/2": .5, "x/both/3": .2, "gone": 1}
	now := Saved{"x/both/1": .9, "x/both/2": 0, "x/both/3": .4, "new": 0}
	file := filepath.Join(t.TempDir(), "run.json")
	if err := before.Save(file); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	list := now.Worse(loaded)
	if len(list) != 2 || list[0].Key != "x/both/2" || list[1].Key != "x/both/1" {
		t.Errorf("worse: %+v", list)
	}
}

func TestTheCollectionsCanBeRead(t *testing.T) {
	t.Parallel()
	data := os.Getenv("BROADSHEET_TEST_DATA")
	if data == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder of real papers")
	}
	for name, want := range map[string][2]int{"cranfield": {1400, 225}, "cisi": {1460, 76}, "scifact": {5183, 300}} {
		c, err := Read(filepath.Join(data, "collections", name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(c.Documents) != want[0] || len(c.Queries) != want[1] {
			t.Errorf("%s has %d documents and %d judged queries, want %v", name, len(c.Documents), len(c.Queries), want)
		}
	}
}
