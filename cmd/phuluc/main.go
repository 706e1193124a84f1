// Command phuluc turns the annexes and feeds of Vietnam's provinces into a warehouse that explains every number.
//
// Files of this package: main.go and app.go parse, wire and forward signals; each other file is one command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/transform/text"
)

func main() {
	setCollector()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with everything passed in; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	signal.Ignore(syscall.SIGXFSZ) // a limit on file sizes is then an error of the write, like a full disk
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		if _, ok := <-signals; !ok {
			return
		}
		fmt.Fprintln(stderr, "\nstopping; press Ctrl-C again to stop at once")
		cancel(context.Canceled)
		select {
		case <-signals:
		case <-time.After(10 * time.Second): // a stop is done in ten seconds or it is forced
		}
		os.Exit(exitInterrupted) // nothing half-done is visible: files appear by rename only
	}()

	a := &app{stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	f := explainFailure(err)
	if isUsage(err) {
		f = &failure{Exit: exitInput, What: err.Error(), Try: command.CommandPath() + " --help"}
	}
	var told silent
	if !errors.As(err, &told) {
		a.report(command, f)
	}
	return f.Exit
}

// isUsage tells errors of the command line (unknown flag, wrong number of arguments) from those of commands.
func isUsage(err error) bool {
	var u usageError
	return errors.As(err, &u)
}

type usageError struct{ error }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "phuluc",
		Short:         "From the annexes of 63 provinces to a warehouse that explains every number",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		RunE:          onlyHelp,
		Args:          cobra.ArbitraryArgs,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	flags := root.PersistentFlags()
	flags.StringVar(&a.configPath, "config", "", "configuration file (default ./phuluc.yaml if it exists)")
	flags.StringVar(&a.dataDir, "data", "", "data folder (default ./phuluc-data)")
	flags.BoolVar(&a.json, "json", false, "print one JSON envelope on stdout")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "print nothing but the result and errors")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		a.demoCommand(), a.refreshCommand(), a.checkCommand(), a.queryCommand(), a.explainCommand(), a.exportCommand(),
		a.boardCommand(), a.quarantineCommand(), a.catalogueCommand(), a.versionsCommand(), a.rollbackCommand(), a.diffCommand(),
		a.scheduleCommand(), a.doctorCommand(),
	)
	for _, c := range root.Commands() {
		wrapArgs(c)
	}
	return root
}

// onlyHelp runs a command that only groups others: alone it shows its help, an unknown word after it is an error that
// names the nearest command.
func onlyHelp(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	try := cmd.CommandPath() + " --help"
	if near := nearestWord(args[0], names); text.Distance(args[0], near) <= 1+len(near)/3 {
		try = "did you mean: " + cmd.CommandPath() + " " + near + "?"
	}
	return badInput("unknown command %q", "the commands are "+strings.Join(names, ", "), try, args[0])
}

// wrapArgs makes a wrong number of arguments a usage error.
func wrapArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if check(cmd, args) == nil {
				return nil
			}
			return usageError{fmt.Errorf("%s was given %s; it is written %s", cmd.CommandPath(), plural(int64(len(args)), "argument", "arguments"), cmd.UseLine())}
		}
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}
