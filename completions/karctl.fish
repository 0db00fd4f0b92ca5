# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_karctl_global_optspecs
    string join \n o/output= y/yes timeout= v/verbose color= progress= h/help V/version
end

function __fish_karctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_karctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_karctl_using_subcommand
    set -l cmd (__fish_karctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c karctl -n "__fish_karctl_needs_command" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_needs_command" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_needs_command" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_needs_command" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_needs_command" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_needs_command" -s V -l version -d 'Print version'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "local" -d 'Kafka and Redis on this machine'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "cluster" -d 'Clusters on this machine, made by kind or k3d'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "k8s" -d 'The runtime on a Kubernetes or OpenShift cluster'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "ns" -d 'The namespaces whose pods are part of applications'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "addon" -d 'What ties the runtime to a Prometheus that the cluster has'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "ce" -d 'Projects and components on IBM Cloud Code Engine, with managed Kafka and Redis'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "hybrid" -d 'One project over clusters, Code Engine, this machine and other hosts'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "env" -d 'Print the variables that `kar` reads, for eval or a file'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "exec" -d 'Run a command with the variables that `kar` reads'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "app" -d 'Applications, from their sources to where they run'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "inject" -d 'Show what the injector makes of manifests'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "uninject" -d 'Take away from manifests what the injector added'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "injector" -d 'The admission webhook that adds KAR to pods'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "images" -d 'Container images'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "registry" -d 'The image registry of this machine'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "bundle" -d 'Everything that is needed without a network, in one file'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "check" -d 'Whether this machine, a cluster, Code Engine or a hybrid is ready, and how to get what is missing'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "status" -d 'Everything that karctl knows of, and whether it is healthy'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "support-bundle" -d 'What somebody needs who is to help, in one file, without secrets'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "config" -d 'The settings as they come out of all layers'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "profile" -d 'Named differences from the default settings'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "cache" -d 'What was fetched or made once, and can be deleted'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "migrate" -d 'What a call of the original\'s scripts is in karctl'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "explain" -d 'Explain a code that an error or a check names'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "schema" -d 'Print the JSON schema of what a command prints with `-o json`'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "completions" -d 'Print or install the completions of a shell'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "man" -d 'Print karctl\'s man page, or write all of them'
complete -c karctl -n "__fish_karctl_needs_command" -f -a "version" -d 'Show the version of karctl and of what it runs'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "up" -d 'Start Kafka and Redis, or bring them to what is asked for'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "stop" -d 'Stop them and keep everything'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "down" -d 'Stop and remove them; the data stays'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "reset" -d 'Delete the data of Kafka and Redis together, or that of one application'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "status" -d 'Show what runs, where, and whether it answers'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "logs" -d 'Show the log of a service'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "ls" -d 'List the instances of this machine'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "run" -d 'Run a component of an application in a container'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "ps" -d 'List the containers of applications'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "stop-app" -d 'Stop and remove the containers of an application'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "snapshot" -d 'Keep what Kafka and Redis hold, together, and bring it back'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "chaos" -d 'Kill or pause a server, to see how an application recovers'
complete -c karctl -n "__fish_karctl_using_subcommand local; and not __fish_seen_subcommand_from up stop down reset status logs ls run ps stop-app snapshot chaos export" -f -a "export" -d 'Print an instance in the form of another tool'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l engine -d 'What runs the servers [default: auto]' -r -f -a "auto\t'Docker where an engine answers, else native'
docker\t'Containers of Docker, Podman or Colima'
native\t'Processes of this machine'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l name -d 'Name of the instance [default: kar]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l kafka-port -d 'Kafka\'s port [default: 31093]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l redis-port -d 'Redis\' port [default: 31379]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l bind -d 'Address to bind; beyond loopback it implies --secure [default: 127.0.0.1]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l advertise -d 'Host name or address that clients are told [default: that of --bind]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l restart -d 'What the engine does when a container ends (docker only) [default: no]' -r -f -a "no\t'Nothing'
always\t'Start it again, also after a reboot'
on-failure\t'Start it again when it failed'
unless-stopped\t'Like always, but not after it was stopped'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l pull -d 'When to pull images (docker only) [default: missing]' -r -f -a "always\t'At every `up`'
missing\t'Where the engine has none of that name'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l any-port -d 'Take free ports where those are taken'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l secure -d 'Ask clients for generated passwords'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l ephemeral -d 'Keep nothing beyond `down`'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l replace -d 'Take the place of containers of the same names that are not karctl\'s'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l no-wait -d 'Return when everything was started, without waiting until it answers'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -l force -d 'Also stop application containers that are attached to the network'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -l app -d 'Only this application\'s topic, consumer group and keys' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -l dry-run -d 'Say what would be deleted, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from status" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from status" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from status" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from status" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -l since -d 'Only lines of the last so long, such as 10m' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -l tail -d 'Only so many lines from the end' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -s F -l follow -d 'Go on until interrupted'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ls" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ls" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ls" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ls" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ls" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l app -d 'Name of the application' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l image -d 'Image to run' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l service -d 'Name of the service that the component offers' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l actors -d 'Types of the actors that the component hosts, separated by commas' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l port -d 'Port that the component listens on, in its container' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l env -d 'A variable of the container; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l env-file -d 'A file of variables, one NAME=VALUE a line' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l name -d 'Name of the container [default: APP-SERVICE]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l replicas -d 'How many containers' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l verbose-level -d 'How much kar says' -r -f -a "fatal\t'Only what ends it'
error\t'What went wrong'
warning\t'What may go wrong'
info\t'What happens'
debug\t'Everything'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l instance -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -s d -l detach -d 'Return when it was started'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ps" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ps" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ps" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ps" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ps" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ps" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ps" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from ps" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -l dry-run -d 'Say what would be removed, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from stop-app" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -f -a "save" -d 'Copy the data of Kafka, ZooKeeper and Redis, as of one point in time'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -f -a "restore" -d 'Make the data of an instance that of a snapshot'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -f -a "list" -d 'List the snapshots, with sizes and dates'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from snapshot" -f -a "delete" -d 'Delete a snapshot'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -f -a "kill" -d 'End a server as a crash does'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from chaos" -f -a "pause" -d 'Let a server stand still: connections stay open, and nobody answers'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from export" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from export" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from export" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from export" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand local; and __fish_seen_subcommand_from export" -f -a "compose" -d 'As a file for `docker compose`'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -f -a "create" -d 'Make a cluster with kind or k3d, or bring one that was begun or stopped to its end'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -f -a "start" -d 'Start a cluster that was stopped'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -f -a "stop" -d 'Stop a cluster and keep all of it'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -f -a "delete" -d 'Delete clusters, with everything in them'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -f -a "list" -d 'List the clusters of this machine'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -f -a "status" -d 'Show a cluster\'s nodes, ports and registry, and what is wrong'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and not __fish_seen_subcommand_from create start stop delete list status kubeconfig" -f -a "kubeconfig" -d 'Print a cluster\'s kubeconfig'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l provider -d 'Who makes it [default: whichever is on PATH, kind first]' -r -f -a "kind\t'kubeadm\'s Kubernetes in containers'
k3d\t'k3s in containers'
auto\t'Whichever is on PATH, kind first'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l name -d 'Name of the cluster' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l workers -d 'Nodes for applications beside the control plane [default: 1]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l k8s-version -d 'Version of Kubernetes, such as 1.34 or 1.34.0 [default: that of kind or k3d]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l image -d 'Image of the nodes; it wins over a version' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l provider-config -d 'A configuration of kind or k3d of your own, in the place of karctl\'s' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l ingress -d 'Ingress controller behind ports 31080 and 31443: none, or Traefik, which k3d has of its own [default: none]' -r -f -a "none\t'No ingress controller'
traefik\t'Traefik'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l bind -d 'Address that the ports are bound to; beyond loopback a deploy asks clients for passwords [default: 127.0.0.1]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l ttl -d 'How long it is needed, such as 8h; after that `delete --expired` deletes it' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l kubeconfig -d 'The kubeconfig that it goes into [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l registry -d 'With the registry of this machine, which is started where it is not running (the default)'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l no-registry -d 'Without it'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l affinity -d 'One more node, for KAR alone'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l no-switch -d 'Leave the current context as it is'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l deploy -d 'Deploy KAR on it, with the profile of its provider'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l keep -d 'Leave what was made where the creation fails'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -l name -d 'Name of the cluster' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -l name -d 'Name of the cluster' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -l name -d 'Name of the cluster' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -l expired -d 'Those whose time is over, by their --ttl'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -l all -d 'All that karctl made'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -l with-registry -d 'The registry of this machine too; its images stay'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -l name -d 'Name of the cluster' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from kubeconfig" -l name -d 'Name of the cluster' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from kubeconfig" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from kubeconfig" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from kubeconfig" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from kubeconfig" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from kubeconfig" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from kubeconfig" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cluster; and __fish_seen_subcommand_from kubeconfig" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "deploy" -d 'Bring the runtime about on a cluster, and prove that it works'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "diff" -d 'Show what a deploy would change; exit 3 where there is something'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "render" -d 'Print what a deploy applies, without a cluster'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "status" -d 'Show what runs, and what is wrong'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "undeploy" -d 'Take the runtime away; the data stays'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "ps" -d 'List the pods of applications'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "logs" -d 'Show what the pods of applications, or of the runtime, write'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "port-forward" -d 'Reach Kafka and Redis, or an application, at ports of this machine'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and not __fish_seen_subcommand_from deploy diff render status undeploy ps logs port-forward rbac" -f -a "rbac" -d 'Print the least rights that karctl needs, as YAML'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l release -d 'Release of KAR, such as 1.3.10 [default: that of the `kar` on PATH, else the one built in]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l services -d 'A file that describes Kafka and Redis elsewhere; none run in the cluster then' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l storage-class -d 'StorageClass of the claims [default: the cluster\'s default]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l storage-size -d 'Size of Kafka\'s and Redis\' claims each, such as 20Gi' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l expose -d 'Host name or address of the nodes, for clients outside; asks them for passwords' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l injector -d 'Which injector [default: original]' -r -f -a "original\t'The one of KAR\'s release'
karctl\t'karctl\'s own'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l pull-secret -d 'Login to a private registry, as Docker keeps it (config.json)' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l registry-server -d 'A private registry to log in to' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l registry-user -d 'User of that registry' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l managed -d 'Service keys of IBM Cloud that say where Kafka and Redis are; none run in the cluster then' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l redis-key-id -d 'Guid of the service key of Databases for Redis, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l kafka-key-id -d 'Guid of the service key of Event Streams, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l credentials -d 'Read the service keys from this file, as `ibmcloud resource service-key KEY --output json` prints them, and ask no account; `-` is stdin' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l enable -d 'Enable this namespace too; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l proof -d 'Prove it also from a short-lived pod in the first enabled namespace, which the injector configures' -r -f -a "pod\t'From a pod'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l os -d 'The cluster is OpenShift [default: what its API groups say]'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l dev -d 'Images that were built by hand, from this machine\'s registry'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l in-cluster -d 'Run Kafka and Redis in the cluster, also where it used those of a service key before'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l ha -d 'Three brokers and three ZooKeepers that hold each other\'s data'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l no-persistence -d 'Keep nothing beyond a pod'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l agent -d 'Show Kafka\'s figures to Prometheus, by a Java agent that is fetched once'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l registry-password-stdin -d 'Read that user\'s password from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l adopt -d 'Take over what a Helm release of the original\'s chart made'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l force-conflicts -d 'Take back fields that others have changed'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l no-wait -d 'Return when everything was applied, without waiting until it is ready'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from deploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l release -d 'Release of KAR, such as 1.3.10 [default: that of the `kar` on PATH, else the one built in]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l services -d 'A file that describes Kafka and Redis elsewhere; none run in the cluster then' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l storage-class -d 'StorageClass of the claims [default: the cluster\'s default]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l storage-size -d 'Size of Kafka\'s and Redis\' claims each, such as 20Gi' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l expose -d 'Host name or address of the nodes, for clients outside; asks them for passwords' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l injector -d 'Which injector [default: original]' -r -f -a "original\t'The one of KAR\'s release'
karctl\t'karctl\'s own'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l pull-secret -d 'Login to a private registry, as Docker keeps it (config.json)' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l registry-server -d 'A private registry to log in to' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l registry-user -d 'User of that registry' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l managed -d 'Service keys of IBM Cloud that say where Kafka and Redis are; none run in the cluster then' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l redis-key-id -d 'Guid of the service key of Databases for Redis, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l kafka-key-id -d 'Guid of the service key of Event Streams, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l credentials -d 'Read the service keys from this file, as `ibmcloud resource service-key KEY --output json` prints them, and ask no account; `-` is stdin' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l os -d 'The cluster is OpenShift [default: what its API groups say]'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l dev -d 'Images that were built by hand, from this machine\'s registry'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l in-cluster -d 'Run Kafka and Redis in the cluster, also where it used those of a service key before'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l ha -d 'Three brokers and three ZooKeepers that hold each other\'s data'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l no-persistence -d 'Keep nothing beyond a pod'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l agent -d 'Show Kafka\'s figures to Prometheus, by a Java agent that is fetched once'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -l registry-password-stdin -d 'Read that user\'s password from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l release -d 'Release of KAR, such as 1.3.10 [default: that of the `kar` on PATH, else the one built in]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l services -d 'A file that describes Kafka and Redis elsewhere; none run in the cluster then' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l storage-class -d 'StorageClass of the claims [default: the cluster\'s default]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l storage-size -d 'Size of Kafka\'s and Redis\' claims each, such as 20Gi' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l expose -d 'Host name or address of the nodes, for clients outside; asks them for passwords' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l injector -d 'Which injector [default: original]' -r -f -a "original\t'The one of KAR\'s release'
karctl\t'karctl\'s own'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l pull-secret -d 'Login to a private registry, as Docker keeps it (config.json)' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l registry-server -d 'A private registry to log in to' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l registry-user -d 'User of that registry' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l managed -d 'Service keys of IBM Cloud that say where Kafka and Redis are; none run in the cluster then' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l redis-key-id -d 'Guid of the service key of Databases for Redis, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l kafka-key-id -d 'Guid of the service key of Event Streams, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l credentials -d 'Read the service keys from this file, as `ibmcloud resource service-key KEY --output json` prints them, and ask no account; `-` is stdin' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l to -d 'Write one file for each object into this folder' -r -f -a "(__fish_complete_directories)"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l os -d 'The cluster is OpenShift [default: what its API groups say]'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l dev -d 'Images that were built by hand, from this machine\'s registry'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l in-cluster -d 'Run Kafka and Redis in the cluster, also where it used those of a service key before'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l ha -d 'Three brokers and three ZooKeepers that hold each other\'s data'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l no-persistence -d 'Keep nothing beyond a pod'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l agent -d 'Show Kafka\'s figures to Prometheus, by a Java agent that is fetched once'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -l registry-password-stdin -d 'Read that user\'s password from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from render" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l delete-data -d 'Delete the data of Kafka and Redis too'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l keep-namespace -d 'Leave the namespace, also when nothing is in it'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l force -d 'Do not ask about pods of applications that still run'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from undeploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -l app -d 'Only of this application' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -s n -l namespace -d 'Only in this namespace [default: every enabled one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from ps" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l app -d 'Only of this application' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -s n -l namespace -d 'Only in this namespace [default: every enabled one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l since -d 'Only lines of the last so long, such as 10m' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l tail -d 'Only so many lines from the end of each container' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -s F -l follow -d 'Go on until interrupted'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l app -d 'Only of this application' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -s n -l namespace -d 'Only in this namespace [default: every enabled one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l port -d 'Port of the application\'s pod' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l local-port -d 'Port of this machine; 0 takes a free one' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from port-forward" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -s n -l namespace -d 'Namespace of the applications' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -l user -d 'Bind it to this user; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -l group -d 'Bind it to this group; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand k8s; and __fish_seen_subcommand_from rbac" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -f -a "enable" -d 'Make the pods of namespaces part of applications'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -f -a "disable" -d 'Take that back'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -f -a "list" -d 'List the enabled namespaces, and whether their configuration is current'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -f -a "explain" -d 'Say why a pod is injected or not; exit 3 where something is wrong'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -f -a "sync" -d 'Bring the configuration of enabled namespaces up to date'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -f -a "scale-down" -d 'Put the workloads of a namespace to rest, for off-hours'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and not __fish_seen_subcommand_from enable disable list explain sync scale-down scale-up" -f -a "scale-up" -d 'Wake them again'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -s l -l selector -d 'Of these only those with the labels, such as team=a,stage!=test' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l bind-group -d 'Give this group what `karctl k8s rbac application` prints; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l bind-user -d 'The same for this user; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l quota -d 'What all pods may take together: small, medium, large, or a file with a ResourceQuota or its amounts' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l all -d 'Every one that belongs neither to the cluster nor to the runtime'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l create -d 'Create those that are not there'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l force-system -d 'Enable one that belongs to the cluster itself'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -l limits -d 'Give containers that ask for nothing what a quota can count'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -s l -l selector -d 'Of these only those with the labels, such as team=a,stage!=test' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l all -d 'Every one that belongs neither to the cluster nor to the runtime'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l force -d 'Do not ask about pods that still use the configuration'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -s f -l file -d 'Pods, or workloads, of a manifest; `-` is stdin' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -l set -d 'One setting, such as kubernetes.namespace=kar-system; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l all -d 'All that are enabled, as without a name'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l restart -d 'Have pods made anew that carry an old configuration'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ns; and __fish_seen_subcommand_from scale-up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -f -a "install" -d 'Bring an addon about, or up to date'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -f -a "remove" -d 'Take it away'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and not __fish_seen_subcommand_from install remove list" -f -a "list" -d 'List the addons, and which are installed'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l label -d 'A label of what an operator selects, beside those that it asks for; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l all-containers -d 'logging: read the lines of all containers, for applications that have `kar` in their own [default: of containers called `kar`, and of the runtime]'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l force-conflicts -d 'Take fields from whoever changed them'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand addon; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "login" -d 'Show which login is used, and which region and project'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "project" -d 'Projects of Code Engine'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "enable" -d 'Give a project what its components read of Kafka and Redis'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "run" -d 'Run a component of an application, or bring it to what is asked for'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "list" -d 'List the components of a project'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "status" -d 'Show a component, its revisions and its instances'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "logs" -d 'Say how the instances of a component are, and where its log is'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "scale" -d 'Change how many instances a component has'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "delete" -d 'Delete a component'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and not __fish_seen_subcommand_from login project enable run list status logs scale delete disable" -f -a "disable" -d 'Take away from a project what `ce enable` gave it'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -l check -d 'Ask IBM Cloud whether it accepts the login, and look at the project'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -f -a "create" -d 'Make a project, and wait until it is active'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -f -a "list" -d 'List the projects of a region'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -f -a "use" -d 'Have other commands act on a project'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from project" -f -a "delete" -d 'Delete a project with everything in it, and wait until it is gone'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l redis-key-id -d 'Guid of the service key of Databases for Redis, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l kafka-key-id -d 'Guid of the service key of Event Streams, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l credentials -d 'Read the service keys from this file, as `ibmcloud resource service-key KEY --output json` prints them, and ask no account; `-` is stdin' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l registry-server -d 'Registry of private images, such as us.icr.io' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l registry-user -d 'User of the registry; iamapikey for an API key of IBM Cloud' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l registry-secret -d 'Name of the secret with this login, for `ce run --registry-secret`' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l registry-password-stdin -d 'Read the password of the registry from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l strict -d 'Fail where Kafka or Redis is in another region than the project'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l app -d 'Name of the application' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l name -d 'Name of the component' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l image -d 'Image to run' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l service -d 'Name of the service that the component offers' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l actors -d 'Types of the actors that the component hosts, separated by commas' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l port -d 'Port that the component listens on' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l registry-secret -d 'Secret of the project with the login for the image\'s registry' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l env -d 'A variable of the component; a name alone takes the value that karctl was started with; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l scale -d 'How many instances' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l cpu -d 'Processors of each instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l memory -d 'Memory of each instance, such as 500M or 4G [default: 4G for each processor]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l verbose-level -d 'How much kar says' -r -f -a "fatal\t'Only what ends it'
error\t'What went wrong'
warning\t'What may go wrong'
info\t'What happens'
debug\t'Everything'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l externalize -d 'Let everybody call it, and not its project only'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l no-wait -d 'Return when Code Engine has taken it'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -l dry-run -d 'Say what would be sent, and change nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -l app -d 'Only the components of this application' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l no-wait -d 'Return when Code Engine has taken it'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -l dry-run -d 'Say what would be done, and change nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from scale" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l no-wait -d 'Return when Code Engine has taken it'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -l dry-run -d 'Say what would be deleted, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l project -d 'The same, as other commands take it' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l force -d 'Delete them also where applications use them'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand ce; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -f -a "init" -d 'Write or extend karctl.yaml; what is there stays'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -f -a "plan" -d 'Show what `up` would do, or write it down'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -f -a "up" -d 'Bring every member to what the file says'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -f -a "status" -d 'Show each member, and what is wrong with it'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -f -a "matrix" -d 'Show whether every member reaches Kafka and Redis, and which hop of the way is broken'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -f -a "sync" -d 'Bring new credentials to every member, in waves, each checked before the next'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and not __fish_seen_subcommand_from init plan up status matrix sync down" -f -a "down" -d 'Take away from every member what `up` brought about; the data stays'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -s f -l file -d 'The project\'s file [default: karctl.yaml in this folder, or in one above]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -l services -d 'Where Kafka and Redis are: local, local:NAME, cluster:MEMBER, managed:KEY, credentials:FILE or file:FILE' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -l member -d 'A member: NAME=cluster:CONTEXT, NAME=code-engine:PROJECT@REGION, NAME=local or NAME=host; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -l dry-run -d 'Say what would be written, and write nothing'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -s f -l file -d 'The project\'s file [default: karctl.yaml in this folder, or in one above]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -l only -d 'Only this member; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -l env-dir -d 'Folder of the files of variables for hosts [default: `hybrid`, beside the project\'s file]' -r -f -a "(__fish_complete_directories)"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -l out -d 'Write it into this file too, for `karctl hybrid up`' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -l registry -d 'Registry, and folder in it, that images of applications are pushed to [default: that of this machine]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -s f -l file -d 'The project\'s file [default: karctl.yaml in this folder, or in one above]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -l only -d 'Only this member; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -l env-dir -d 'Folder of the files of variables for hosts [default: `hybrid`, beside the project\'s file]' -r -f -a "(__fish_complete_directories)"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -l registry -d 'Registry, and folder in it, that images of applications are pushed to [default: that of the plan, or of this machine]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -l no-wait -d 'Return when everything was applied, without waiting until it is ready'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -s f -l file -d 'The project\'s file [default: karctl.yaml in this folder, or in one above]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -l only -d 'Only this member; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -l env-dir -d 'Folder of the files of variables for hosts [default: `hybrid`, beside the project\'s file]' -r -f -a "(__fish_complete_directories)"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -s f -l file -d 'The project\'s file [default: karctl.yaml in this folder, or in one above]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -l only -d 'Only this member; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -l graph -d 'Draw it, and print the picture' -r -f -a "mermaid\t''
dot\t''
svg\t''"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -l image -d 'The image of karctl that pods run [default: that of karctl\'s own injector, where the cluster has it]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from matrix" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -s f -l file -d 'The project\'s file [default: karctl.yaml in this folder, or in one above]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -l only -d 'Only this member; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -l env-dir -d 'Folder of the files of variables for hosts [default: `hybrid`, beside the project\'s file]' -r -f -a "(__fish_complete_directories)"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -l image -d 'The image of karctl that pods run to look from there [default: that of the cluster\'s injector]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -l no-restart -d 'Leave pods and components with the variables that they began with'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -s f -l file -d 'The project\'s file [default: karctl.yaml in this folder, or in one above]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -l only -d 'Only this member; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -l env-dir -d 'Folder of the files of variables for hosts [default: `hybrid`, beside the project\'s file]' -r -f -a "(__fish_complete_directories)"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -l force -d 'Do not ask about applications that still run, and take the home of Kafka and Redis down whoever else may use them'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand hybrid; and __fish_seen_subcommand_from down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand env" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -l context -d 'Context of the kubeconfig, for `cluster` [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -l kubeconfig -d 'The kubeconfig, for `cluster` [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand env" -l redis-key-id -d 'Guid of the service key of Databases for Redis, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -l kafka-key-id -d 'Guid of the service key of Event Streams, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -l credentials -d 'Read the service keys from this file, as `ibmcloud resource service-key KEY --output json` prints them, and ask no account; `-` is stdin' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand env" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand env" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -l format -d 'How to spell the variables [default: sh]' -r -f -a "sh\t''
fish\t''
powershell\t''
cmd\t''
nu\t''
dotenv\t''
docker\t''
json\t''
yaml\t''
direnv\t''
github\t''"
complete -c karctl -n "__fish_karctl_using_subcommand env" -l from -d 'For whom [default: host]' -r -f -a "host\t'A process of this machine'
container\t'A container on the instance\'s network'"
complete -c karctl -n "__fish_karctl_using_subcommand env" -l write -d 'Write a block into this file, mode 0600, and keep what is around it' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand env" -l rename -d 'Give a variable another name, such as KAFKA_BROKERS=BOOTSTRAP; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -l kafka-version -d 'Kafka protocol version to announce, three parts' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand env" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand env" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand env" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand env" -l unset -d 'Print what unsets all variables'
complete -c karctl -n "__fish_karctl_using_subcommand env" -l check -d 'Compare the variables of this shell with what runs; exit 3 where they differ'
complete -c karctl -n "__fish_karctl_using_subcommand env" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand env" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand env" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l name -d 'Name of the instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l context -d 'Context of the kubeconfig, for `cluster` [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l kubeconfig -d 'The kubeconfig, for `cluster` [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l redis-key-id -d 'Guid of the service key of Databases for Redis, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l kafka-key-id -d 'Guid of the service key of Event Streams, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l credentials -d 'Read the service keys from this file, as `ibmcloud resource service-key KEY --output json` prints them, and ask no account; `-` is stdin' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand exec" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand exec" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand exec" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand exec" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -f -a "init" -d 'Give a project what it needs to run with KAR; what is there is left as it is'
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -f -a "up" -d 'Build the applications of a project, run them and keep them up to date'
complete -c karctl -n "__fish_karctl_using_subcommand app; and not __fish_seen_subcommand_from init up down" -f -a "down" -d 'End the applications of a project and remove what `up` made'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l example -d 'Begin with an application that works' -r -f -a "hello\t'A service that greets, and a client that calls it'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l language -d 'The project\'s language [default: found out; js for an example]' -r -f -a "js\t'JavaScript, on Node.js'
java\t'Java'
python\t'Python'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l name -d 'Name of the application [default: that of the project]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l service -d 'Name of the service that the application offers' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l actors -d 'Types of the actors that it hosts, separated by commas' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l port -d 'Port that it listens on, in its container [default: 8080]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l start -d 'What starts it in its container [default: found out]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -l dry-run -d 'Show what would be written, and write nothing'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l instance -d 'Name of the local instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l to -d 'Where it runs [default: cluster where an option of it is given, else local]' -r -f -a "local\t'Containers on the network of a local instance'
cluster\t'A Kubernetes or OpenShift cluster'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -s n -l namespace -d 'Namespace on the cluster [default: that of the context]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l registry -d 'Registry, and folder in it, that images are pushed to [default: that of this machine]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l ingress -d 'Lead requests for this host\'s name to the first component that offers a service' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -s w -l watch -d 'Go on: build and replace whenever files change'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -s d -l detach -d 'Return when everything is ready'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l create-namespace -d 'Create the namespace where there is none'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -l no-wait -d 'Do not wait until the workloads are ready'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -l instance -d 'Name of the local instance' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -l to -d 'Where it runs [default: cluster where an option of it is given, else local]' -r -f -a "local\t'Containers on the network of a local instance'
cluster\t'A Kubernetes or OpenShift cluster'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -s n -l namespace -d 'Namespace on the cluster [default: that of the context]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -l dry-run -d 'Say what would be removed, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand app; and __fish_seen_subcommand_from down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand inject" -s f -l file -d 'A manifest of YAML or JSON documents, `-` for stdin; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand inject" -l sidecar-image -d 'Image of the sidecar' -r
complete -c karctl -n "__fish_karctl_using_subcommand inject" -l sidecar-user -d 'Run it as this user, and never as root; for PodSecurity\'s `restricted`, not on OpenShift [default: the image\'s]' -r
complete -c karctl -n "__fish_karctl_using_subcommand inject" -l sidecar-resources -d 'What it asks for and may use, such as requests.cpu=50m,limits.memory=256Mi' -r
complete -c karctl -n "__fish_karctl_using_subcommand inject" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand inject" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand inject" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand inject" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand inject" -l native-sidecar -d 'Make it an init container that is always restarted, so that it starts first, ends last, and lets Jobs end; needs Kubernetes 1.29'
complete -c karctl -n "__fish_karctl_using_subcommand inject" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand inject" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand inject" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand uninject" -s f -l file -d 'A manifest of YAML or JSON documents, `-` for stdin; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand uninject" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand uninject" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand uninject" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand uninject" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand uninject" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand uninject" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand uninject" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -f -a "serve" -d 'Answer admission reviews over HTTPS until SIGTERM'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and not __fish_seen_subcommand_from serve probe" -f -a "probe" -d 'Go the ways to Kafka and Redis with the configuration of a folder, and print where they lead'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l cert -d 'The certificate, as PEM' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l key -d 'Its private key, as PEM' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l address -d 'Where to listen: an address of this machine, or 0.0.0.0 or :: for all of them' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l port -d 'The port to listen on' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l drain -d 'How long to go on after SIGTERM, such as 5s [default: 5s]' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l sidecar-image -d 'Image of the sidecar' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l sidecar-user -d 'Run it as this user, and never as root; for PodSecurity\'s `restricted`, not on OpenShift [default: the image\'s]' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l sidecar-resources -d 'What it asks for and may use, such as requests.cpu=50m,limits.memory=256Mi' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -l native-sidecar -d 'Make it an init container that is always restarted, so that it starts first, ends last, and lets Jobs end; needs Kubernetes 1.29'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from probe" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from probe" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from probe" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from probe" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from probe" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from probe" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand injector; and __fish_seen_subcommand_from probe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -f -a "build" -d 'Make the injector\'s image without an engine, or have the engine build those of a checkout of KAR'
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -f -a "list" -d 'List the images that karctl runs'
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -f -a "load" -d 'Bring images into the nodes of a kind or k3d cluster'
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -f -a "mirror" -d 'Copy an image from one registry into another, without an engine'
complete -c karctl -n "__fish_karctl_using_subcommand images; and not __fish_seen_subcommand_from build list load mirror push" -f -a "push" -d 'Bring images into a registry'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l to -d 'The registry, and folder in it [default: localhost:5000, with --src localhost:5000/kar]' -r -f -a "(__fish_print_hostnames)"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l user -d 'Who asks [default: whoever `docker login` has stored]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l archive -d 'The archive to write, or a folder for it [needed without --push]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l binary -d 'The static karctl to put into it [default: this one]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l name -d 'Name and tag of the image' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l src -d 'Folder of the checkout' -r -f -a "(__fish_complete_directories)"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l kind -d 'Which of its images; may be repeated' -r -f -a "sidecar\t'`kar` itself'
injector\t'the original\'s admission webhook'
debugger\t'the debugger of actors'
js\t'what applications in JavaScript run on'
java\t'what applications in Java are built with and run on: Open Liberty'
java-reactive\t'the same: Quarkus'
python\t'what applications in Python run on'
examples-js\t'the examples in JavaScript'
examples-java\t'the examples in Java'
examples-python\t'the examples in Python'
benchmarks\t'the benchmarks'
all\t'all of these'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l tag -d 'Tag of the images' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l kar-version -d 'The version that `kar` says it is' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l push -d 'Bring the images into the registry'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l password-stdin -d 'Read the user\'s password from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l insecure-registry -d 'Allow plain HTTP also beyond this machine'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -l dry-run -d 'Say what would be built, and build nothing'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -l cluster -d 'Name of the cluster [default: the only one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -l file -d 'An archive that has the images, instead of the engine' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -l dry-run -d 'Say what would be loaded, and load nothing'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from load" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -l user -d 'Who asks [default: whoever `docker login` has stored]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -l password-stdin -d 'Read the user\'s password from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -l insecure-registry -d 'Allow plain HTTP also beyond this machine'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -l dry-run -d 'Say what would be copied, and copy nothing'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from mirror" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l to -d 'Another registry than that of the name, and what is before the name in it' -r -f -a "(__fish_print_hostnames)"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l file -d 'An archive or OCI layout that has the images, instead of the engine' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l user -d 'Who asks [default: whoever `docker login` has stored]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l password-stdin -d 'Read the user\'s password from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l insecure-registry -d 'Allow plain HTTP also beyond this machine'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -l dry-run -d 'Say what would be pushed, and push nothing'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand images; and __fish_seen_subcommand_from push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -f -a "up" -d 'Start the registry, or bring it to what is asked for'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -f -a "status" -d 'Show where it is, and whether it answers'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and not __fish_seen_subcommand_from up status down" -f -a "down" -d 'Stop and remove the registry; its images stay'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -l port -d 'Port on 127.0.0.1 [default: 5000, else the next that is free]' -r
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from status" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from status" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from status" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -l delete-data -d 'Delete the images too'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -l dry-run -d 'Say what would be done, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand registry; and __fish_seen_subcommand_from down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -f -a "save" -d 'Write images, settings, manifests and the native engine\'s parts into one file'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -f -a "load" -d 'Bring what is in a bundle into an engine, a registry or a cluster'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and not __fish_seen_subcommand_from save load verify" -f -a "verify" -d 'Check that a bundle is whole'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l image -d 'One more image, such as that of an application; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l only-these -d 'Only the images that are named with --image'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -l dry-run -d 'Say what would be in it, and write and pull nothing'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from save" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l to -d 'A registry, instead of the engine' -r -f -a "(__fish_print_hostnames)"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l cluster -d 'Name of a kind or k3d cluster, instead of the engine' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l user -d 'Who asks [default: whoever `docker login` has stored]' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l password-stdin -d 'Read the user\'s password from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l insecure-registry -d 'Allow plain HTTP also beyond this machine'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -l dry-run -d 'Say what would be loaded, and load nothing'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from load" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from verify" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from verify" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from verify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from verify" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand bundle; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l name -d 'Name of the instance [default: kar]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l release -d 'Release of KAR, such as 1.3.10 [default: that of the `kar` on PATH, else the one built in]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l services -d 'A file that describes Kafka and Redis elsewhere; none run in the cluster then' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand check" -l storage-class -d 'StorageClass of the claims [default: the cluster\'s default]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l storage-size -d 'Size of Kafka\'s and Redis\' claims each, such as 20Gi' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l expose -d 'Host name or address of the nodes, for clients outside; asks them for passwords' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l injector -d 'Which injector [default: original]' -r -f -a "original\t'The one of KAR\'s release'
karctl\t'karctl\'s own'"
complete -c karctl -n "__fish_karctl_using_subcommand check" -l pull-secret -d 'Login to a private registry, as Docker keeps it (config.json)' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand check" -l registry-server -d 'A private registry to log in to' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l registry-user -d 'User of that registry' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l managed -d 'Service keys of IBM Cloud that say where Kafka and Redis are; none run in the cluster then' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l redis-key-id -d 'Guid of the service key of Databases for Redis, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l kafka-key-id -d 'Guid of the service key of Event Streams, where several have the name' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l credentials -d 'Read the service keys from this file, as `ibmcloud resource service-key KEY --output json` prints them, and ask no account; `-` is stdin' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand check" -l api-key-file -d 'A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand check" -l region -d 'Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l resource-group -d 'Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand check" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l enable -d 'Enable this namespace too; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand check" -l project -d 'Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l registry-secret -d 'A secret of the project with the login to a registry of private images' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l probe-topic -d 'Write a record to this topic, which must exist, and read it again' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l project-file -d 'The project\'s file [default: karctl.yaml in this folder, or in one above]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand check" -l as -d 'Look from this machine, as this outside host, with the variables of this shell' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l image -d 'The image of karctl that pods run [default: that of karctl\'s own injector, where the cluster has it]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand check" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand check" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand check" -l pre -d 'Only what has to be there before anything is deployed, not what was deployed'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l fix -d 'Do what can be done about what is found, after a question, and check again'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l dry-run -d 'Only say what --fix would do'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l os -d 'The cluster is OpenShift [default: what its API groups say]'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l dev -d 'Images that were built by hand, from this machine\'s registry'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l in-cluster -d 'Run Kafka and Redis in the cluster, also where it used those of a service key before'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l ha -d 'Three brokers and three ZooKeepers that hold each other\'s data'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l no-persistence -d 'Keep nothing beyond a pod'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l agent -d 'Show Kafka\'s figures to Prometheus, by a Java agent that is fetched once'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l registry-password-stdin -d 'Read that user\'s password from stdin'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l adopt -d 'Take over what a Helm release of the original\'s chart made'
complete -c karctl -n "__fish_karctl_using_subcommand check" -l force-conflicts -d 'Take back fields that others have changed'
complete -c karctl -n "__fish_karctl_using_subcommand check" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand check" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand status" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand status" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand status" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand status" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand status" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand status" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand status" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand status" -s w -l watch -d 'Go on until Ctrl-C: drawn anew on a terminal, else printed whenever something changed'
complete -c karctl -n "__fish_karctl_using_subcommand status" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand status" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l out -d 'The file, for its owner only' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l context -d 'Context of the kubeconfig [default: its current one]' -r
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l kubeconfig -d 'The kubeconfig [default: KUBECONFIG, else ~/.kube/config]' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -l dry-run -d 'List what would be in it, and write nothing'
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand support-bundle" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand config; and not __fish_seen_subcommand_from show" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand config; and not __fish_seen_subcommand_from show" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand config; and not __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand config; and not __fish_seen_subcommand_from show" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand config; and not __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand config; and not __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand config; and not __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand config; and not __fish_seen_subcommand_from show" -f -a "show" -d 'Show every setting as it comes out of defaults, profiles, files, variables and options'
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'A profile over the defaults, by name or file; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -s f -l file -d 'A file of settings over the profiles; may be repeated' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -l set -d 'One setting, such as kafka.mode=kraft; may be repeated' -r
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -l set-file -d 'One setting whose value is the content of a file, for secrets; `-` is stdin' -r
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -l origin -d 'Say where each value comes from'
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -f -a "list" -d 'List the profiles that have a name'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -f -a "show" -d 'Show what a profile sets'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and not __fish_seen_subcommand_from list show schema" -f -a "schema" -d 'Print the JSON schema of a file of settings, with every default'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from list" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from list" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from show" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from show" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from schema" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from schema" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from schema" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from schema" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from schema" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from schema" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand profile; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -f -a "list" -d 'List what is in the cache, with sizes'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and not __fish_seen_subcommand_from list clean" -f -a "clean" -d 'Delete what is in the cache'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from clean" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l dry-run -d 'Say what would be deleted, and do nothing'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from clean" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from clean" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand cache; and __fish_seen_subcommand_from clean" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand migrate" -l in -d 'Find the calls in a shell script, a Makefile or a file of a CI system' -r -F
complete -c karctl -n "__fish_karctl_using_subcommand migrate" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand migrate" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand migrate" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand migrate" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand migrate" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand migrate" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand explain" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand explain" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand explain" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand explain" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand explain" -l all -d 'Every code with its whole text, as a page of Markdown'
complete -c karctl -n "__fish_karctl_using_subcommand explain" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand explain" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand schema" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand schema" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand schema" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand schema" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand schema" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand schema" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand completions" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand completions" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand completions" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand completions" -l install -d 'Write what loads them into your own folder; edits no start-up file'
complete -c karctl -n "__fish_karctl_using_subcommand completions" -l static -d 'Print a script that does not run karctl'
complete -c karctl -n "__fish_karctl_using_subcommand completions" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand completions" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand man" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand man" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand man" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand man" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand man" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c karctl -n "__fish_karctl_using_subcommand version" -s o -l output -d 'Form of the result on stdout' -r -f -a "text\t'For people'
json\t'One JSON document'
yaml\t'One YAML document'"
complete -c karctl -n "__fish_karctl_using_subcommand version" -l timeout -d 'Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]' -r
complete -c karctl -n "__fish_karctl_using_subcommand version" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c karctl -n "__fish_karctl_using_subcommand version" -l progress -d 'Form of what is shown on stderr while the command runs' -r -f -a "auto\t'Bars on a terminal, else plain lines'
plain\t'One line for each finished step'
json\t'One JSON object a line'
none\t'Errors only'"
complete -c karctl -n "__fish_karctl_using_subcommand version" -s y -l yes -d 'Answer yes to every question'
complete -c karctl -n "__fish_karctl_using_subcommand version" -s v -l verbose -d 'Say more on stderr; twice for every request'
complete -c karctl -n "__fish_karctl_using_subcommand version" -s h -l help -d 'Print help (see more with \'--help\')'
