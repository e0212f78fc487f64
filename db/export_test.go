package db

import "time"

// Skew has the clock of this machine be wrong.
func (d *DB) Skew(by time.Duration) { d.skew = by }
