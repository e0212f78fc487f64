package paper

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Answers as received are kept as single Zstandard frames.

var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic(err) // the options are constant
	}
	return e
})

var decoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(64<<20), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err) // the options are constant
	}
	return d
})

// Compress returns body as one Zstandard frame.
func Compress(body []byte) []byte { return encoder().EncodeAll(body, nil) }

// Expand is the inverse of Compress.
func Expand(frame []byte) ([]byte, error) {
	b, err := decoder().DecodeAll(frame, nil)
	if err != nil {
		return nil, fmt.Errorf("an answer that was kept is damaged: %w", err)
	}
	return b, nil
}
