package opensearch

import (
	"encoding/json"
	"reflect"
	"testing"
)

// said are answers as clusters give them.
var said = []string{
	`{"took":12,"responses":[{"took":11,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"max_score":9.5,"hits":[` +
		`{"_index":"broadsheet-0a","_score":9.5,"fields":{"paper":[12]}},{"_index":"broadsheet-0a","_score":1.0E-4,"fields":{"day":[20260414],"votes":[0],"paper":[9007199254740993],"edition":[-1]}}]},"status":200},` +
		`{"hits":{"total":{"value":2,"relation":"eq"},"max_score":null,"hits":[{"_index":"b","_score":null,"sort":["a}\"]",3],"fields":{"paper":[7]},"_source":{"tag":4294967295,"vector":[-128,0,127]}}]},` +
		`"aggregations":{"cat":{"doc_count_error_upper_bound":0,"buckets":[{"key":"cs.LG \u00e9","doc_count":2}]},"code":{"doc_count":5}},` +
		`"suggest":{"0":[{"text":"=wrod","options":[{"text":"=word","score":0.5}]}]},"status":200}]}`,
	" {\n\t\"responses\" : [ { \"hits\" : { \"hits\" : [ ] } , \"status\" : 200 } ] } \r\n",
	`{"took":1,"responses":[{"error":{"root_cause":[{"type":"x","reason":"\\\" no {"}]},"status":503}]}`,
	`{"responses":[]}`,
}

// TestAnswersAreReadAsJSON compares what is read with what encoding/json reads.
func TestAnswersAreReadAsJSON(t *testing.T) {
	t.Parallel()
	for _, raw := range said {
		var want struct {
			Responses []reply `json:"responses"`
		}
		if err := json.Unmarshal([]byte(raw), &want); err != nil {
			t.Fatal(err)
		}
		var got replies
		if err := got.decode([]byte(raw)); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if len(got)+len(want.Responses) > 0 && !reflect.DeepEqual(normal(got), normal(want.Responses)) {
			t.Errorf("%s\nis read as   %+v\nand not as   %+v", raw, got, want.Responses)
		}
	}
}

// normal has no list where another one has an empty one.
func normal(list []reply) []reply {
	for i := range list {
		if len(list[i].Hits.Hits) == 0 {
			list[i].Hits.Hits = nil
		}
	}
	return list
}

// TestHalfAnAnswerIsAnError cuts answers at every place.
func TestHalfAnAnswerIsAnError(t *testing.T) {
	t.Parallel()
	for _, raw := range said[:1] {
		for n := range len(raw) {
			var got replies
			if got.decode([]byte(raw[:n])) == nil {
				t.Errorf("the first %d bytes are taken for an answer: %s", n, raw[:n])
			}
		}
	}
}

// FuzzAnswer has any bytes read.
func FuzzAnswer(f *testing.F) {
	for _, raw := range said {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got replies
		err := got.decode(raw)
		var value any
		if json.Unmarshal(raw, &value) != nil {
			return // what it makes of what is no JSON is nobody's business
		}
		object, _ := value.(map[string]any)
		if list, ok := object["responses"].([]any); err == nil && ok && len(got) < len(list) {
			t.Errorf("%d of %d answers are read of %q", len(got), len(list), raw)
		}
	})
}
