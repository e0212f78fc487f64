package webtest

import (
	"fmt"
	"strings"
	"time"

	"broadsheet/paper"
)

// The papers of the fixtures are invented: nobody wrote them.
const invented = `
TideNet: Forecasting Harbour Levels from a Week of Gauge Readings
Oceanography
Harbours plan their traffic by tables that were computed decades ago. In this paper, we introduce TideNet, a small recurrent model that reads one week of gauge readings and writes the next three days of water levels, with an interval that covers the truth nine times in ten. It has 40,000 parameters and runs on the gauge itself. On 112 harbours in four seas its error is half that of the harmonic tables, and storms, which the tables ignore, cost it little. We release the readings, the weights and the program that made every figure.
Counting Trees from Single Photographs Is Harder than It Looks
Vision
We study how well present systems count trees in one photograph of a hillside. Six models that agree with people on cars and faces miss a third of the trees once crowns touch. A model that first guesses the slope of the ground does better than any of them. The gap closes when two photographs are given.
Ledger-1: A Benchmark of Book-keeping for Language Agents
Agents
This report introduces Ledger-1, four hundred months of invented book-keeping with one planted mistake in each. An agent sees the vouchers and the books and must name the mistake. The best of nine agents finds 61%, and a retired accountant finds 98%.
Why Long Prompts Forget Their Middle, and a Sort That Helps
Language models
Long prompts lose what stands in their middle. We show that the loss follows from the way positions are spread in training, and that sorting the passages by length undoes half of it at no cost. The effect holds for five models and three languages.
Learning to Fold a Towel from Eleven Examples
Robotics
To fold cloth, a robot must know where its edges are when it cannot see them. We propose a policy that keeps a guess of the hidden edges and acts to make the guess better. From eleven examples it folds towels that it has never seen, in 19 of 20 trials.
Small Models Grade Short Answers as Well as Large Ones
Evaluation
Teachers ask whether a machine may grade short answers. We find that a model of one billion parameters agrees with two teachers as often as they agree with each other, provided that it sees three graded answers first. Larger models gain nothing.
A Bound on the Error of Averages That Arrive Late
Statistics
Averages are often computed from values that arrive late. We show that the error of such an average is at most $\sigma \sqrt{2 / n}$ when no value is later than $n / 2$ steps, and that the constant cannot be improved. The proof takes one page.
Glass Box: Reading the Weights of a Sorting Network
Interpretability
We present Glass Box, a method that turns the weights of a network trained to sort into the comparisons that it makes. On lists of up to sixteen numbers the comparisons found are a correct sorting network, and in two cases a smaller one than was known.
Speech Recognition for Languages with Ten Hours of Recordings
Speech
Most languages have fewer than ten hours of recorded speech. In this work, we build recognisers for twelve of them by borrowing the vowels of their neighbours. Word error falls from 58% to 33%, and speakers judged the rest to be readable.
Protein Shapes from Sparse Contacts: A Negative Result
Biology
We report that contacts between one residue in ten do not determine the shape of a protein for any of the four methods we tried, against what three papers claim. The earlier results came from a test set that shared chains with the training set.
Paging Attention to Disk
Efficiency
We develop a cache for attention that keeps the last thousand keys in memory and the others on disk, in an order that makes most reads sequential. A context of a million tokens then fits a machine with 16 GB, at a third of the speed.
Who Reviews the Reviewers? Ten Years of One Workshop
Science of science
We study ten years of reviews of one workshop. Papers that a second committee would have refused are cited as often as those that both would have taken. The lottery is in the middle, as others have found, and it is wider than we had hoped.
Maps That Forget: Privacy for Shared Street Views
Privacy
This paper presents a map that forgets a face after one day and a door after one year. The rest of the street stays. We measure what is lost to navigation, which is little, and what is gained, with 60 people who live on the streets.
Equations from Measurements with Gaps
Physics
We identify the equation of motion from measurements in which up to 40% are missing. The method tries no derivative. On twelve known systems it finds the right terms each time and their sizes within 2%.
`

// A shorter kind, for the rest of an edition.
const subjects = `Bridges Rivers Sparrows Traffic Music Glaciers Subtitles Looms Orchards Elevators Handwriting Lighthouses Mosses Chess Recipes Timetables`

var people = strings.Split("Ada Lindgren,Bo Castellanos,Chiara van den Berg,Dao Minh Anh,Emeka Obi,Frieda Möller,Giovanni D'Arco,Hana Sato,Ivo Petrović,Jun Zhao", ",")

// Papers returns n invented papers, the most voted first, submitted around day.
func Papers(n int, day time.Time) []*paper.Paper {
	lines := strings.Split(strings.TrimSpace(invented), "\n")
	categories := []string{"cs.CV", "cs.CL", "cs.LG", "cs.AI", "cs.RO", "stat.ML", "q-bio.QM", "physics.flu-dyn"}
	var list []*paper.Paper
	for i := range n {
		p := &paper.Paper{
			ID: int64(i + 1), Key: fmt.Sprintf("%s.%05d", day.Format("0601"), 1000*day.Day()+7*i), Form: paper.TeX,
			Categories: []string{categories[i*5%len(categories)], "cs.LG"}, Submitted: day.Add(-30 * time.Hour),
			Figures: paper.Figures{Votes: 214 / (1 + i), Comments: []int{5, 0, 3, 1, 0}[i%5], At: day.Add(20 * time.Hour)},
		}
		if 3*i+2 < len(lines) {
			p.Title, p.Topics, p.Abstract = lines[3*i], []string{lines[3*i+1]}, lines[3*i+2]
		} else {
			subject := strings.Fields(subjects)[i%16]
			p.Title = fmt.Sprintf("What %d Sensors Tell about %s", 3+i, subject)
			p.Topics = []string{"Measurement"}
			p.Abstract = fmt.Sprintf("Much is said about %s and little is measured. We present %d months of measurements from %d sensors, with the program that reads them. Half of what is said turns out to be so.", strings.ToLower(subject), 2+i%5, 3+i)
		}
		p.Identifiers = []paper.Identifier{{Scheme: paper.ArXiv, Value: p.Key}}
		for j := range 1 + i*7%len(people) {
			p.Authors = append(p.Authors, paper.Author{Name: people[(i+j)%len(people)], Claimed: i%3 == 0 && j%2 == 0})
		}
		if i%2 == 0 {
			p.Links = append(p.Links, paper.Link{Kind: paper.Code, URL: fmt.Sprintf("https://code.example/%d", i), Stars: 2400 / (1 + i)})
		}
		if i%3 == 1 {
			p.Organisation = &paper.Organisation{Name: "coast", FullName: "Institute of the Coast"}
		}
		p.Versions = []paper.Version{{N: 1, At: p.Submitted}}
		list = append(list, p)
	}
	return list
}
