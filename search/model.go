package search

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"broadsheet/search/vector"
)

// Adopt makes m the encoder of the papers. While its vectors are not complete and those
// of another one are, that one, which open gives by its name, goes on answering readers
// and encoding what changes; EncodeNext fills m's beside them and then puts m in its
// place and removes the others. Called once, instead of Attach.
func (p *Papers) Adopt(m Encoder, open func(name string) (Encoder, error)) error {
	wanted, err := openMeaning(p.dir, m, p.reads)
	if err != nil {
		return fmt.Errorf("open the vectors of %s: %w", m.Name(), err)
	}
	if !wanted.complete() {
		if old := p.completeBefore(m, open); old != nil {
			p.meaning.Store(old)
			if !p.reads {
				p.next.Store(wanted)
			}
			return nil
		}
	}
	p.meaning.Store(wanted)
	if wanted.complete() && !p.reads {
		p.removeOthers(m)
	}
	return nil
}

// removeOthers removes the vectors that a crash, or a change of mind, left of other encoders.
func (p *Papers) removeOthers(m Encoder) {
	entries, _ := os.ReadDir(filepath.Join(p.dir, "meaning"))
	for _, e := range entries {
		if e.Name() != m.Name() {
			_ = os.RemoveAll(filepath.Join(p.dir, "meaning", e.Name())) // else the next start does
		}
	}
}

// complete says that all papers were encoded once.
func (m *meaning) complete() bool { return m.store.Seq() > 0 }

// completeBefore returns the vectors of another encoder than m that are complete, nil
// without any.
func (p *Papers) completeBefore(m Encoder, open func(name string) (Encoder, error)) *meaning {
	entries, _ := os.ReadDir(filepath.Join(p.dir, "meaning")) // none on a first start
	for _, e := range entries {
		if e.Name() == m.Name() {
			continue
		}
		other, err := open(e.Name())
		if err != nil {
			continue // its model was removed: nobody can ask it any more
		}
		if old, err := openMeaning(p.dir, other, p.reads); err == nil {
			if old.complete() {
				return old
			}
			_ = old.store.Close()
		}
	}
	return nil
}

// succeed puts the next encoder, whose vectors are complete, in the place of the
// present one, whose vectors are removed.
func (p *Papers) succeed(next *meaning) error {
	old := p.meaning.Swap(next)
	p.next.Store(nil)
	return errors.Join(old.store.Close(), os.RemoveAll(folderOf(p.dir, old.model)))
}

// Coming returns the encoder whose vectors are being made to take the place of those
// in use, and how many papers have theirs; "" when there is none.
func (p *Papers) Coming() (name string, papers int) {
	if n := p.next.Load(); n != nil {
		return n.model.Name(), n.store.Len()
	}
	return "", 0
}

// openVectors opens the vectors of an encoder; those that cannot be read are removed and
// begun anew.
func openVectors(dir string, m Encoder, reads bool) (*vector.Store, error) {
	folder := folderOf(dir, m)
	if reads {
		return vector.OpenReader(folder, m.Dim(), m.Name())
	}
	s, err := vector.Open(folder, m.Dim(), m.Name())
	if errors.Is(err, vector.ErrDamaged) || errors.Is(err, vector.ErrOther) {
		if err = os.RemoveAll(folder); err == nil {
			s, err = vector.Open(folder, m.Dim(), m.Name())
		}
	}
	return s, err
}
