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
// # Segment, version 1
//
//	magic "BSLEX" NUL NUL NUL, version uint32, zero uint32
//	sections, each beginning at a multiple of 64
//	table: a row for each section: tag [4]byte, CRC-32C of the section uint32, offset uint64, length uint64
//	foot: rows uint32, CRC-32C of the table uint32, magic again
//
// History: 1 is the first version.
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
//	TUPL  what a code means: for each code, how often the term stands in each field, a byte each (255: or more)
//	POST  lists, see below
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
// this width, 8 zero bytes.
//
// # Lists
//
// A posting is a document, an impact, a code and as many places as the code says occurrences. An impact is
// BM25's part for frequency and length (score.go), under the averages in META, as ⌈255 · part / top⌉, top being
// what no part of the group reaches: so it is never too low. Keys have documents only.
//
// A list of fewer than 128 postings:
//
//	flags byte: 1 dense, 2 places, 4 no impacts and codes, 8 long; the upper four bits: bytes of a distance
//	uv first document, distances of the others; then if it has impacts: the impacts, width of codes byte, codes
//	packed; if it has places: width byte, places packed; 8 zero bytes
//
// A longer one begins at a multiple of 8:
//
//	flags byte, largest impact, the 10th, 100th and 1000th largest impact (0: there are fewer), 3 zero bytes
//	postings uint32, blocks of 128 postings uint32, bytes of distances uint32, bytes of codes uint32, bytes of places
//	uint64, 8 zero bytes
//	if dense: the largest impact of each window of 4096 documents; that of each 256; postings before each 256
//	documents, uint32; a bit a document, up to the end of the last window
//	else: last document of each block uint32; offset of its distances uint32, with their width (1, 2, 4 bytes as
//	0, 1, 2) in the upper two bits; largest impact of each block; distances, each from the document before
//	if it has impacts: offset of each block's codes uint32 and the end (16 · width apart); if places: offset of
//	each block's places uint32 and the end, width of each block's places byte; impacts; codes; places; 8 zero bytes
//
// Every array begins at a multiple of 8. Places are packed block by block; of each posting the first place, then
// distances. A list is dense when more than one document in 32 has the term and there are at least 4096.
const (
	magic      = "BSLEX\x00\x00\x00"
	version    = 1
	blockSize  = 128
	subBits    = 8 // documents for which a dense list keeps a bound: 256
	winBits    = 12
	winSize    = 1 << winBits
	winWords   = winSize / 64
	winSubs    = winSize >> subBits
	denseShare = 32
	dictBlock  = 32
)

const (
	flagDense = 1 << iota
	flagPlaces
	flagBare
	flagLong
)

const (
	tagMeta = "META"
	tagIDs  = "IDS "
	tagSort = "SORT"
	tagLens = "LENS"
	tagNums = "NUMS"
	tagTupl = "TUPL"
	tagPost = "POST"
	tagDict = "DICT"
	tagDidx = "DIDX"
	tagDkey = "DKEY"
)

const keyTerm = 'K'

func wordTerm(group int) byte { return 0x80 + 2*byte(group) }

func windows(docs int) int { return (docs + winSize - 1) >> winBits }
