package lexical

import (
	"errors"
	"runtime/debug"
)

// Err returns the damage that was found in the files of the index, nil as long as none
// is known. A damaged index takes no more batches, and what its snapshots answer is
// not to be relied on: Reset it and fill it anew.
func (x *Index) Err() error {
	if d := x.damage.Load(); d != nil {
		return d
	}
	return nil
}

// Err returns the damage over which a method of the snapshot stumbled, nil if none did.
// Whoever used its answers asks afterwards.
func (s *Snapshot) Err() error {
	if d := s.damage.Load(); d != nil {
		return d
	}
	return nil
}

// Reset makes the index empty, with the sequence number 0, as a new one is; nothing of
// what was in it need be readable. Processes that read the index see it so as well.
func (x *Index) Reset() error {
	if x.follow != nil {
		return errors.New("the index is open for reading only")
	}
	x.merging.Lock()
	defer x.merging.Unlock()
	x.flushing.Lock()
	defer x.flushing.Unlock()
	x.writing.Lock()
	defer x.writing.Unlock()
	old := x.wal
	if err := x.openLog(x.walNo + 1); err != nil {
		return err
	}
	if old != nil {
		_ = old.Close()
	}
	x.walSize, x.failed = 0, nil
	empty := &view{}
	if err := x.commitManifest(empty, x.walNo); err != nil {
		return err
	}
	x.now.Store(empty)
	x.damage.Store(nil)
	return nil
}

// broken says why nothing can be written, nil when it can.
func (x *Index) broken() error {
	if err := x.Err(); err != nil {
		return err
	}
	return x.failed
}

// guarded runs f, which reads segments. A section whose checksum was not looked at yet
// can hold anything, and then f panics, or reads what is not there: that is an error,
// and the index is damaged. A panic over sound files is passed on.
func (x *Index) guarded(f func() error) (err error) {
	fault := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(fault)
		if p := recover(); p != nil {
			d := x.now.Load().damage()
			if d == nil {
				panic(p)
			}
			x.damage.Store(d)
			err = d
		}
	}()
	return f()
}

// guard is guarded for the methods of a snapshot, which defer it. They answer nothing when
// they stumble, and Err says why. fault is what SetPanicOnFault(true) returned.
func (s *Snapshot) guard(fault bool) {
	debug.SetPanicOnFault(fault)
	if p := recover(); p != nil {
		d := s.view.damage()
		if d == nil {
			panic(p)
		}
		s.damage.Store(d)
		s.index.damage.Store(d)
	}
}

// damage returns the first section that is not as it was written, nil when all are.
func (v *view) damage() *Damage {
	for _, p := range v.parts {
		if d := p.verify(); d != nil {
			return d
		}
	}
	return nil
}
