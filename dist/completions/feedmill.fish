# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_feedmill_global_optspecs
    string join \n config= input= output= site-url= state= json q/quiet v/verbose h/help V/version
end

function __fish_feedmill_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_feedmill_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_feedmill_using_subcommand
    set -l cmd (__fish_feedmill_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c feedmill -n "__fish_feedmill_needs_command" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_needs_command" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_needs_command" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_needs_command" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_needs_command" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_needs_command" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_needs_command" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_needs_command" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_needs_command" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_needs_command" -s V -l version -d 'Print version'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "build" -d 'Build the feeds once and leave'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "run" -d 'Build the feeds, and keep them true to the folder from then on'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "serve" -d 'Serve an output folder that another feedmill keeps'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "status" -d 'Tell how a running service is, or what was published last'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "init" -d 'Write a commented config.toml and a sample article'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "inspect" -d 'Show what is read from an article, and which feeds hold it'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "ledger" -d 'Carry ids and dates to another place, or take them from a feed that others made'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "config" -d 'Print the configuration in force, and where each value comes from'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "man" -d 'Print the man page'
complete -c feedmill -n "__fish_feedmill_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l strict -d 'Leave with exit code 1 if any article was reported'
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l dry-run -d 'Only tell what subscribers would see; write nothing'
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l force -d 'Publish even if many entries disappear or reappear as unread'
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand build" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l listen -d 'Serve the feeds here, as serve.listen says; may be given several times' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l force -d 'Publish the first edition even if many entries disappear or reappear as unread'
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l no-serve -d 'Serve nothing over HTTP'
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand run" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -l listen -d 'Serve the feeds here, as serve.listen says; may be given several times' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand serve" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand status" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand init" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand inspect" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -f -a "export" -d 'Write all ids and dates that were issued, as lines of JSON'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -f -a "import" -d 'Take what was exported; the same ids are replaced'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -f -a "adopt" -d 'Take ids and dates from an RSS, Atom or JSON feed, so that its subscribers see nothing twice'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and not __fish_seen_subcommand_from export import adopt help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from adopt" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write all ids and dates that were issued, as lines of JSON'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from help" -f -a "import" -d 'Take what was exported; the same ids are replaced'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from help" -f -a "adopt" -d 'Take ids and dates from an RSS, Atom or JSON feed, so that its subscribers see nothing twice'
complete -c feedmill -n "__fish_feedmill_using_subcommand ledger; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand config" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand completions" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -l config -d 'The configuration file [default: config.toml, if there is one]' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -l input -d 'The folder of articles; may be given several times' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -l output -d 'The folder that the feeds are written to' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -l site-url -d 'The address at which the output is served' -r
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -l state -d 'The file that remembers ids and dates from build to build, or "none"' -r -F
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -l json -d 'Print for machines: JSON on standard output, a report a line on standard error'
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -s q -l quiet -d 'Print nothing but errors that end the work'
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -s v -l verbose -d 'Print more: notes, and every feed'
complete -c feedmill -n "__fish_feedmill_using_subcommand man" -s h -l help -d 'Print help'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "build" -d 'Build the feeds once and leave'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "run" -d 'Build the feeds, and keep them true to the folder from then on'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "serve" -d 'Serve an output folder that another feedmill keeps'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "status" -d 'Tell how a running service is, or what was published last'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "init" -d 'Write a commented config.toml and a sample article'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "inspect" -d 'Show what is read from an article, and which feeds hold it'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "ledger" -d 'Carry ids and dates to another place, or take them from a feed that others made'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "config" -d 'Print the configuration in force, and where each value comes from'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "completions" -d 'Print completions for a shell'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "man" -d 'Print the man page'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and not __fish_seen_subcommand_from build run serve status init inspect ledger config completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and __fish_seen_subcommand_from ledger" -f -a "export" -d 'Write all ids and dates that were issued, as lines of JSON'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and __fish_seen_subcommand_from ledger" -f -a "import" -d 'Take what was exported; the same ids are replaced'
complete -c feedmill -n "__fish_feedmill_using_subcommand help; and __fish_seen_subcommand_from ledger" -f -a "adopt" -d 'Take ids and dates from an RSS, Atom or JSON feed, so that its subscribers see nothing twice'
