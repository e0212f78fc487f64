package lexical

// The folder of an index.
//
//	LOCK            held by the one writer
//	MANIFEST        which files make the index: the only commit point (manifest.go)
//	NNNNNNNN.seg    a segment: documents that never change
//	NNNNNNNN-G.del  the deleted documents of a segment, generation G: a bit each
//	NNNNNNNN.wal    what came after the manifest (wal.go)
//
// A file that the manifest does not name is left over from a crash and removed by
// the next writer. All numbers are little-endian. "uv" is Go's unsigned varint.
//
// # Segment, version 4
//
//	magic "BSLEX" NUL NUL NUL, version uint32, zero uint32
//	sections, each beginning at a multiple of 64
//	table: a row for each section: tag [4]byte, CRC-32C of the section uint32, offset uint64, length uint64
//	foot: rows uint32, CRC-32C of the table uint32, magic again
//
// History: 1 was the first version. 2 keeps a symbol and a class of length in the place of a byte of
// impact, packs distances to the bit, and has lists of bytes. 3 keeps the largest impact of each 64 documents
// of a dense list, where 2 kept that of each 256. 4 packs the few far distances of a block of places apart. Files of
// older versions are refused, and the index is filled anew.
//
// A segment numbers its documents from 0 and each field of a group from place 0 on;
// the fields of a group stand one behind the other in one space of places with
// one place between them. Sections:
//
//	META  documents uint32, sum of the schema uint32, then for each group and after it for each field the
//	      average length that impacts were computed with, float64, and for each field the sum of lengths, uint64
//	IDS   column of the documents' IDs
//	SORT  the documents' numbers ordered by ID, uint32 each; empty when IDs rise with the numbers
//	LENS  for each field: its length in places, uint16 a document
//	NUMS  a column for each number of the schema
//	CLAS  for each group: of each of 16 classes, the least joint length and the least length of each field of the
//	      group among its documents, float64; then the class of each document, a byte each, for whole windows
//	TUPL  what a code means: for each code, how often the term stands in each field, a byte each (255: or more),
//	      and its symbol, a byte below 8
//	POST  lists, see below; 64 zero bytes
//	DICT  terms in order, in blocks of 32: uv bytes shared with the term before (0 for the first of a block),
//	      uv further bytes, these; uv number of documents; then for one document: uv document, and but for keys
//	      uv code, and for words uv places (first, then distances); for more: uv distance of its list in POST
//	      from the list before (for the first of a block: from 0)
//	DIDX  offset in DICT of each block, uint32
//	DKEY  the first 8 bytes of the first term of each block, filled up with 0, as a big-endian number, uint64
//
// A term is one byte that says what it is and then its bytes: 'K' a key; 0x80 + 2·group a word of the group as
// it stands; 0x81 + 2·group a stem. A stem has no places, and is missing when its only form in the segment is
// spelt like it. Column: the least value int64, a width in bytes, the distance of each value from the least in
// this width, 64 zero bytes.
//
// # Lists
//
// A posting is a document, a code and as many places as the code says occurrences. Keys have documents only.
// An impact is BM25's part for frequency and length (score.go), under the averages in META, as
// ⌈255 · part / top⌉, top being what no part of the group reaches; bounds are of impacts. Gaps are the numbers of
// documents between one and the one before it. Packed numbers stand one behind the other, the first in the lowest
// bits of the first byte, in a width of bits each.
//
// A list of fewer than 128 postings:
//
//	flags byte: 1 bits, 2 places, 4 nothing but documents, 8 long, 16 bytes; width of gaps byte; uv first document,
//	gaps packed; then but for keys: largest impact (or more) byte, width of codes byte, codes packed; if it has
//	places: width byte, places packed
//
// A longer one begins at a multiple of 8:
//
//	flags byte, largest impact, the 10th, 100th and 1000th largest impact (0: there are fewer), 3 zero bytes
//	postings uint32, blocks of 128 postings uint32, bytes of gaps uint32, bytes of codes uint32, bytes of places
//	uint64, 8 zero bytes
//	if bits or bytes: but for keys the largest impact of each window of 4096 documents and that of each 64;
//	postings before each window, uint32, and all; postings of the window before each 256 documents, uint16, and 0;
//	then a bit a document, up to the end of the last window, or the lowest byte of each document that has the term
//	else: last document of each block uint32; offset of its gaps in the lower 27 bits and their width in the upper
//	5, uint32; but for keys the largest impact of each block; gaps packed block by block, before the first document
//	those from 0 on
//	but for keys:
//	  if bits: of each posting's symbol the lowest bits, the middle bits, the highest bits; for each block a byte,
//	  whose bit s says that postings of symbol s say which code they mean; for each block the width of that
//	  offset of each block's codes uint32 and the end: of bits, packed, for each posting that says so, which of the
//	  codes that have its symbol, by rising code; else the codes (16 · width apart)
//	if places: offset of each block's places uint32 and the end, width of each block's places byte, bytes of
//	the far ones of each block byte
//	but for keys: codes; if places: these, block by block; of each posting the first place, then distances. Where
//	far ones are, they stand first: a width byte, and in this width what each is beyond the greatest number of the
//	width of all, which stands in its place
//
// Every array begins at a multiple of 8. A list is one of bits when more than one document in 16 has the term, else of
// bytes when more than one in 32 has, and there are at least 4096 documents.
const (
	magic     = "BSLEX\x00\x00\x00"
	version   = 4
	blockSize = 128
	cellBits  = 6 // documents for which a dense list keeps a bound: 64, a cell
	subBits   = 8 // documents for which it counts: 256
	winBits   = 12
	winSize   = 1 << winBits
	winWords  = winSize / 64
	winCells  = winSize >> cellBits
	winSubs   = winSize >> subBits
	subWords  = winWords / winSubs
	bitShare  = 16
	byteShare = 32
	gapBits   = 27 // of the offset of a block's distances; above them stands their width
	dictBlock = 32
)

const (
	flagBits = 1 << iota
	flagPlaces
	flagBare
	flagLong
	flagBytes
)

const (
	tagMeta = "META"
	tagIDs  = "IDS "
	tagSort = "SORT"
	tagLens = "LENS"
	tagNums = "NUMS"
	tagClas = "CLAS"
	tagTupl = "TUPL"
	tagPost = "POST"
	tagDict = "DICT"
	tagDidx = "DIDX"
	tagDkey = "DKEY"
)

const keyTerm = 'K'

func wordTerm(group int) byte { return 0x80 + 2*byte(group) }

func windows(docs int) int { return (docs + winSize - 1) >> winBits }
