package server

import (
	"context"
	"fmt"

	"broadsheet/backup"
	"broadsheet/harvest"
	"broadsheet/job"
	"broadsheet/web"
)

// month fills in how reading the sources and backing up went on each of the last days.
func (r *report) month(ctx context.Context, d *web.InstanceData) error {
	done, err := job.Days(ctx, r.DB, r.Config.Now(), back)
	if err != nil {
		return err
	}
	runs, err := harvest.Runs(ctx, r.DB)
	if err != nil {
		return err
	}
	for _, x := range runs {
		for i := range d.Sources {
			if d.Sources[i].Name != sourceName(x.Source) {
				continue
			}
			for _, day := range done[harvest.Work(x.Source)] {
				d.Sources[i].Back = append(d.Sources[i].Back, web.RunDay{Times: day.Times, Failed: day.Failed})
			}
		}
	}
	var first, last int64
	without := 0
	for _, day := range done[backup.Work] {
		d.Copies = append(d.Copies, day.Amount)
		if day.Amount == 0 {
			without++
			continue
		}
		if last = day.Amount; first == 0 {
			first = last
		}
	}
	if last == 0 {
		d.Copies = nil
		return nil
	}
	if d.CopySum = size(uint64(last)); size(uint64(first)) != d.CopySum {
		d.CopySum = size(uint64(first)) + " came to be " + d.CopySum
	}
	if without > 0 {
		d.CopySum += fmt.Sprintf("; %s of 30 without one", plural(without, "day", "days"))
	}
	return nil
}
