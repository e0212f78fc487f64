// Package lexical is a full-text index on disk: words, phrases, exact keys and
// numbers of documents, ranked by BM25.
//
// An Index is a folder. One process writes it, any number read it. Apply is
// durable when it returns and at once visible in the next Snapshot; it carries the
// caller's place in its own log, so that after a crash the caller goes on from
// Seq. Segments never change and are mapped into memory; what came last is a log
// and segments in memory; one manifest says which files count. A damaged file is
// named by a Damage: delete the folder and fill it anew.
//
// A Snapshot answers queries on the documents of one moment, from any number of
// goroutines, and stays good after later changes. Its results are exact: the best
// k under the scores that query.go and score.go define, ties by lower ID. Pruning
// works with upper bounds (8-bit impacts, bounds of blocks) and every document that
// may be among the best is scored exactly. Document counts and lengths include
// deleted documents until their segment is merged.
package lexical
