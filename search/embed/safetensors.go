package embed

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// tensors reads a safetensors file: the length of a JSON header as uint64, the
// header, then the bytes of the tensors (https://github.com/huggingface/safetensors,
// "Format"). It holds the file and decodes a tensor when asked.
type tensors struct {
	data []byte
	list map[string]tensorInfo
}

type tensorInfo struct {
	Type    string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

const mostTensorHeader = 16 << 20

func readTensors(file []byte) (*tensors, error) {
	if len(file) < 8 {
		return nil, errors.New("this is no safetensors file: it has less than 8 bytes")
	}
	n := binary.LittleEndian.Uint64(file)
	if n > mostTensorHeader || n > uint64(len(file)-8) {
		return nil, errors.New("the safetensors file is cut off in its header")
	}
	raw := map[string]json.RawMessage{}
	if err := json.Unmarshal(file[8:8+n], &raw); err != nil {
		return nil, fmt.Errorf("the header of the safetensors file: %w", err)
	}
	t := &tensors{data: file[8+n:], list: map[string]tensorInfo{}}
	for name, text := range raw {
		if name == "__metadata__" {
			continue
		}
		var i tensorInfo
		if err := json.Unmarshal(text, &i); err != nil {
			return nil, fmt.Errorf("tensor %q of the safetensors file: %w", name, err)
		}
		if a, b := i.Offsets[0], i.Offsets[1]; a < 0 || b < a || b > len(t.data) {
			return nil, fmt.Errorf("tensor %q of the safetensors file lies outside it", name)
		}
		t.list[name] = i
	}
	return t, nil
}

// floats returns a tensor of that shape as float32. The name may stand behind
// "bert." or another prefix of a whole model.
func (t *tensors) floats(name string, shape ...int) ([]float32, error) {
	i, ok := t.list[name]
	for _, prefix := range []string{"bert.", "model."} {
		if !ok {
			i, ok = t.list[prefix+name]
		}
	}
	if !ok {
		return nil, fmt.Errorf("the model has no tensor %q: is it of the BERT family?", name)
	}
	want := 1
	for k, n := range shape {
		if len(i.Shape) != len(shape) || i.Shape[k] < n {
			return nil, fmt.Errorf("tensor %q has the shape %v and not %v", name, i.Shape, shape)
		}
		if k > 0 && i.Shape[k] != n {
			return nil, fmt.Errorf("tensor %q has the shape %v and not %v", name, i.Shape, shape)
		}
		want *= n
	}
	b := t.data[i.Offsets[0]:i.Offsets[1]]
	x := make([]float32, want)
	var width int
	var decode func(b []byte) float32
	switch i.Type {
	case "F32":
		width, decode = 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
	case "F16":
		width, decode = 2, func(b []byte) float32 { return half(binary.LittleEndian.Uint16(b)) }
	case "BF16":
		width, decode = 2, func(b []byte) float32 { return math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16) }
	default:
		return nil, fmt.Errorf("tensor %q is of type %s; F32, F16 and BF16 can be read", name, i.Type)
	}
	if len(b) < width*want {
		return nil, fmt.Errorf("tensor %q has %d bytes and not %d", name, len(b), width*want)
	}
	for k := range x {
		x[k] = decode(b[width*k:])
		if v := float64(x[k]); math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("tensor %q holds a value that is no number", name)
		}
	}
	return x, nil
}

// half returns the value of an IEEE 754 binary16.
func half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	e, m := uint32(h>>10)&31, uint32(h)&1023
	switch e {
	case 0:
		v := float32(m) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | m<<13)
	}
	return math.Float32frombits(sign | (e+112)<<23 | m<<13)
}
