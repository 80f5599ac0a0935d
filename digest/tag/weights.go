package tag

// Of the countries found: F1 0.905 on the 8392 learnt from, 0.887 (P 0.901, R 0.873) on the 4242 held out.
var bodyWeights = [features]float64{
	-2.11, // bias
	1.75,  // title-name
	1.20,  // title-other
	-0.47, // title-weak
	-1.80, // title-where
	0.71,  // lead-name
	0.53,  // lead-other
	0.03,  // lead-weak
	0.39,  // early
	0.35,  // count
	0.14,  // top
	0.46,  // offset
	3.97,  // dateline
	-1.50, // agency
	-1.00, // agency-only
	-0.85, // weak-only
	-0.34, // no-name
	0.62,  // crowd
	-0.26, // title-rival
	0.31,  // subject
	-1.03, // once
}

// Of the countries found: F1 0.952 on the 3678 learnt from, 0.937 (P 0.883, R 0.999) on the 1640 held out.
var headlineWeights = [features]float64{
	1.68,  // bias
	1.66,  // title-name
	0.58,  // title-other
	-0.56, // title-weak
	-1.80, // title-where
	0.00,  // lead-name
	0.00,  // lead-other
	0.00,  // lead-weak
	0.00,  // early
	0.00,  // count
	0.00,  // top
	0.00,  // offset
	0.00,  // dateline
	-1.50, // agency
	-1.00, // agency-only
	-0.56, // weak-only
	0.02,  // no-name
	-0.50, // crowd
	0.00,  // title-rival
	0.00,  // subject
	0.00,  // once
}
