package backtest

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"broadsheet/fault"
	"broadsheet/trend"
)

// Row is how well one order did.
type Row struct {
	Name     string
	Spearman Mean // against the votes in the end
	NDCG     Mean // of the first ten, with the votes in the end as gain
	Later    Mean // Spearman against the votes that came after the moment
}

// Report is what a back-test found, on the half of the days that came earlier, on
// which constants were chosen, and on the other.
type Report struct {
	Split           string // the first day of the later half
	Earlier, Later  []Row
	Readings        [2]int
	Papers, Moments int
	Model           []trend.Weight // as it stood at the end, eight hours into a day
}

// least is how many papers a reading must hold, of months whose ends are known.
const least = 8

// Run tries all orders. With months, only readings of days in these count; learning
// goes through all of them as ever.
func Run(d *Data, months ...string) (*Report, error) {
	tried := d.tried(months)
	if len(tried) == 0 {
		return nil, fault.Invalid("There is no reading of %d papers or more whose votes in the end are known.", least)
	}
	days := map[string]bool{}
	for _, m := range tried {
		days[m.Day] = true
	}
	sorted := slices.Sorted(maps.Keys(days))
	r := &Report{Split: sorted[len(sorted)/2], Papers: len(d.Papers), Moments: len(d.Moments)}
	if len(months) > 0 {
		r.Split = "" // nothing is chosen on them
	}
	forecasts, model := d.learn(tried)
	r.Model = model
	all := append(slices.Clone(orders), order{"ours, with forecast", func(m trend.Moment) []float64 { return forecasts[key(m)] }})
	for _, o := range all {
		var halves [2]scores
		for _, m := range tried {
			half := 0
			if m.Day >= r.Split {
				half = 1
			}
			halves[half].add(m, o.score(m))
		}
		if r.Split != "" {
			r.Earlier = append(r.Earlier, halves[0].row(o.name))
		}
		r.Later = append(r.Later, halves[1].row(o.name))
		r.Readings = [2]int{len(halves[0].spearman), len(halves[1].spearman)}
	}
	return r, nil
}

// tried returns the readings that count, each without papers whose end is not known.
func (d *Data) tried(months []string) []trend.Moment {
	var list []trend.Moment
	for _, m := range d.Moments {
		if len(months) > 0 && !slices.Contains(months, m.Day[:7]) {
			continue
		}
		m.Entrants = slices.DeleteFunc(slices.Clone(m.Entrants), func(e trend.Entrant) bool { return e.Final < 0 })
		if len(m.Entrants) >= least {
			list = append(list, m)
		}
	}
	return list
}

func key(m trend.Moment) string { return m.Day + fmt.Sprint(m.At.UnixNano(), len(m.Entrants)) }

// learn goes through the months: it forecasts the readings of one by what the months
// before it taught, then learns the month.
func (d *Data) learn(tried []trend.Moment) (map[string][]float64, []trend.Weight) {
	const counted, early = 1, .7 // belief in votes counted long after, and on the day itself
	outcomes, moments, ahead := map[string][]trend.Outcome{}, map[string][]trend.Moment{}, map[string][]trend.Moment{}
	for _, p := range d.Papers {
		o := trend.Outcome{Paper: p.Paper, Day: p.Day, Votes: p.Votes, Belief: early}
		if d.whole[p.Month] {
			o.Belief = counted
		}
		outcomes[p.Month] = append(outcomes[p.Month], o)
	}
	for _, m := range d.Moments {
		moments[m.Day[:7]] = append(moments[m.Day[:7]], m)
	}
	for _, m := range tried {
		ahead[m.Day[:7]] = append(ahead[m.Day[:7]], m)
	}
	l := trend.NewLearner()
	found := map[string][]float64{}
	for _, month := range slices.Sorted(maps.Keys(outcomes)) {
		for _, m := range ahead[month] {
			for _, f := range l.Forecast(m) {
				found[key(m)] = append(found[key(m)], f.Score)
			}
		}
		l.Learn(outcomes[month], moments[month])
	}
	return found, l.Weights(8)
}

// scores gathers the measures of one order, a value for each reading.
type scores struct{ spearman, ndcg, later []float64 }

func (s *scores) add(m trend.Moment, score []float64) {
	end, after := make([]float64, len(m.Entrants)), make([]float64, len(m.Entrants))
	for i, e := range m.Entrants {
		end[i] = float64(e.Final)
		after[i] = float64(e.Final - e.Figures.Votes)
	}
	s.spearman = append(s.spearman, Spearman(score, end))
	s.ndcg = append(s.ndcg, NDCG(score, end))
	s.later = append(s.later, Spearman(score, after))
}

func (s *scores) row(name string) Row {
	return Row{name, bootstrap(s.spearman), bootstrap(s.ndcg), bootstrap(s.later)}
}

// Print writes the report as a table.
func (r *Report) Print(out io.Writer) error {
	fmt.Fprintf(out, "%d papers, %d readings; tried on readings of %d papers and more whose votes in the end are known.\n", r.Papers, r.Moments, least)
	part := func(title string, n int, rows []Row) error {
		fmt.Fprintf(out, "\n%s: %d readings\n", title, n)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "order\tSpearman\t\tnDCG@10\t\tSpearman, later votes\t")
		for _, row := range rows {
			fmt.Fprintf(w, "%s", row.Name)
			for _, m := range []Mean{row.Spearman, row.NDCG, row.Later} {
				fmt.Fprintf(w, "\t%.3f\t%.3f to %.3f", m.Value, m.Low, m.High)
			}
			fmt.Fprintln(w)
		}
		return w.Flush()
	}
	if r.Split != "" {
		if err := part("Earlier half, on which constants were chosen", r.Readings[0], r.Earlier); err != nil {
			return err
		}
	}
	if err := part(cmp.Or(map[bool]string{true: "Later half, from " + r.Split}[r.Split != ""], "The months named"), r.Readings[1], r.Later); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nBeside each figure, between what it lies 19 times of 20 (bootstrap over readings).")
	return nil
}

// PrintModel writes the terms of the forecast, the heaviest first.
func (r *Report) PrintModel(out io.Writer) error {
	slices.SortFunc(r.Model, func(a, b trend.Weight) int { return cmp.Compare(abs(b.Value), abs(a.Value)) })
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nThe forecast eight hours into a day, learnt from all months\nterm\tgroup\tweight")
	for _, t := range r.Model {
		fmt.Fprintf(w, "%s\t%s\t%+.3f\n", t.Feature, t.Group, t.Value)
	}
	return w.Flush()
}

func abs(x float64) float64 { return max(x, -x) }
