package tag

// Weights of the features, in their order.
var bodyWeights = [features]float64{
	fBias: -3, fTitleName: 2, fTitleOther: 1.5, fTitleFirst: 0.5, fTitleWhere: -0.5, fLeadName: 1, fLeadOther: 0.7, fEarly: 0.3, fCount: 0.5,
	fShare: 2, fTop: 0.5, fOffset: 0.5, fDateline: 1, fOnlyDateline: 0, fSurfaces: 0.3, fWeakOnly: -1, fNoName: -0.3, fCrowd: -0.3, fTitleRival: -0.5,
}

var headlineWeights = [features]float64{
	fBias: -1, fTitleName: 2, fTitleOther: 1.2, fTitleFirst: 0.8, fTitleWhere: -1.5, fWeakOnly: -1, fCrowd: -0.3,
}
