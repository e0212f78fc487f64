package web

import "strings"

// arXiv's archives and, of those with classes, the classes, in names short enough
// for a list. After https://arxiv.org/category_taxonomy.
const categories = `
astro-ph Astrophysics
astro-ph.CO Cosmology
astro-ph.EP Planets
astro-ph.GA Galaxies
astro-ph.HE High-energy astrophysics
astro-ph.IM Astronomical instruments
astro-ph.SR Stars and the Sun
cond-mat Condensed matter
cond-mat.dis-nn Disordered systems
cond-mat.mes-hall Mesoscale physics
cond-mat.mtrl-sci Materials
cond-mat.other Condensed matter
cond-mat.quant-gas Quantum gases
cond-mat.soft Soft matter
cond-mat.stat-mech Statistical mechanics
cond-mat.str-el Correlated electrons
cond-mat.supr-con Superconductivity
cs Computer science
cs.AI Artificial intelligence
cs.AR Hardware
cs.CC Complexity
cs.CE Computational science
cs.CG Geometry of computing
cs.CL Language
cs.CR Security
cs.CV Vision
cs.CY Computers and society
cs.DB Databases
cs.DC Distributed computing
cs.DL Digital libraries
cs.DM Discrete mathematics
cs.DS Algorithms
cs.ET Emerging technologies
cs.FL Formal languages
cs.GL Computing at large
cs.GR Graphics
cs.GT Game theory
cs.HC Human and computer
cs.IR Retrieval
cs.IT Information theory
cs.LG Learning
cs.LO Logic in computing
cs.MA Multi-agent systems
cs.MM Multimedia
cs.MS Mathematical software
cs.NA Numerical analysis
cs.NE Neural and evolutionary
cs.NI Networks
cs.OH Other computing
cs.OS Operating systems
cs.PF Performance
cs.PL Programming languages
cs.RO Robotics
cs.SC Symbolic computation
cs.SD Sound
cs.SE Software
cs.SI Social networks
cs.SY Control
econ Economics
econ.EM Econometrics
econ.GN Economics
econ.TH Economic theory
eess Electrical engineering
eess.AS Audio and speech
eess.IV Image and video
eess.SP Signals
eess.SY Control
gr-qc Gravity
hep-ex Particle experiment
hep-lat Lattice
hep-ph Particle phenomenology
hep-th High-energy theory
math Mathematics
math-ph Mathematical physics
math.AC Commutative algebra
math.AG Algebraic geometry
math.AP Analysis of PDEs
math.AT Algebraic topology
math.CA Classical analysis
math.CO Combinatorics
math.CT Category theory
math.CV Complex variables
math.DG Differential geometry
math.DS Dynamical systems
math.FA Functional analysis
math.GM General mathematics
math.GN General topology
math.GR Groups
math.GT Geometric topology
math.HO History of mathematics
math.IT Information theory
math.KT K-theory
math.LO Logic
math.MG Metric geometry
math.MP Mathematical physics
math.NA Numerical analysis
math.NT Number theory
math.OA Operator algebras
math.OC Optimisation
math.PR Probability
math.QA Quantum algebra
math.RA Rings and algebras
math.RT Representations
math.SG Symplectic geometry
math.SP Spectral theory
math.ST Statistics theory
nlin Nonlinear science
nlin.AO Adaptation
nlin.CD Chaos
nlin.CG Cellular automata
nlin.PS Patterns
nlin.SI Integrable systems
nucl-ex Nuclear experiment
nucl-th Nuclear theory
physics Physics
physics.acc-ph Accelerators
physics.ao-ph Atmosphere and ocean
physics.app-ph Applied physics
physics.atm-clus Clusters
physics.atom-ph Atoms
physics.bio-ph Biological physics
physics.chem-ph Chemical physics
physics.class-ph Classical physics
physics.comp-ph Computational physics
physics.data-an Data analysis
physics.ed-ph Physics education
physics.flu-dyn Fluids
physics.gen-ph General physics
physics.geo-ph Geophysics
physics.hist-ph History of physics
physics.ins-det Instruments
physics.med-ph Medical physics
physics.optics Optics
physics.plasm-ph Plasma
physics.pop-ph Popular physics
physics.soc-ph Physics and society
physics.space-ph Space physics
q-bio Biology
q-bio.BM Biomolecules
q-bio.CB Cells
q-bio.GN Genomics
q-bio.MN Molecular networks
q-bio.NC Neurons and cognition
q-bio.OT Biology
q-bio.PE Populations and evolution
q-bio.QM Methods in biology
q-bio.SC Subcellular processes
q-bio.TO Tissues and organs
q-fin Finance
q-fin.CP Computational finance
q-fin.EC Economics
q-fin.GN Finance
q-fin.MF Mathematical finance
q-fin.PM Portfolios
q-fin.PR Pricing
q-fin.RM Risk
q-fin.ST Statistical finance
q-fin.TR Trading
quant-ph Quantum physics
stat Statistics
stat.AP Applied statistics
stat.CO Computing statistics
stat.ME Statistical methods
stat.ML Statistical learning
stat.OT Statistics
stat.TH Statistics theory
`

// categoryName returns the short name of a category, the category itself when it
// is not known, and nothing for none.
func categoryName(category string) string {
	if category == "" {
		return ""
	}
	_, rest, ok := strings.Cut(categories, "\n"+category+" ")
	if !ok {
		return category
	}
	name, _, _ := strings.Cut(rest, "\n")
	return name
}
