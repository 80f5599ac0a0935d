package main

import (
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// commands are the subcommands, one line each.
type commands struct {
	Tags      TagsCmd      `cmd:"" help:"Score the countries and topics of articles."`
	Stories   StoriesCmd   `cmd:"" help:"Score how articles are put into stories."`
	Requests  RequestsCmd  `cmd:"" help:"Score how requests are read."`
	Retrieval RetrievalCmd `cmd:"" help:"Score the order in which articles answer requests."`

	Extraction ExtractionCmd `cmd:"" help:"Score how the text of an article is found in its page."`

	TrainCountries TrainCountriesCmd `cmd:"" help:"Fit the weights by which countries are judged."`
}

func main() {
	var c commands
	ctx := kong.Parse(&c,
		kong.Name("evaluate"),
		kong.Description("Measures how well news is judged, on labelled files."),
		kong.UsageOnError(),
		kong.BindTo(os.Stdout, (*io.Writer)(nil)),
	)
	ctx.FatalIfErrorf(ctx.Run())
}
