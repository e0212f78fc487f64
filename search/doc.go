// Package search finds papers: by words, by meaning, and by both.
//
// It reads what a reader typed (Parse), asks the word index (search/lexical) and
// the vectors (search/vector, made by search/embed), blends the two scores on one
// scale, and says of each hit why it is there. Both indexes follow the change log
// by cursors of their own; each is rebuilt by deleting its folder.
package search
