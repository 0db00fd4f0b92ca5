// Command kar plays the client of the same name in the images of applications that the tests build, and beside them in
// pods. It takes the options that karctl and the injector give, reads the configuration that the injector mounts, starts the
// application with the variables that kar gives it, and hands on calls of services over HTTP, as an application sees it:
// what comes to its runtime port for its own service goes to the application, anything else to the container that offers
// the service, which is known by its name, APP-SERVICE. The real one finds it through Kafka.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Every stand-in listens here, so that others find it.
const runtimePort = "3500"

const prefix = "/kar/v1/service/"

type options struct {
	app, service, appPort string
	isBeside              bool
	command               []string
}

func main() {
	given, err := read(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "kar:", err)
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", ":"+runtimePort)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kar:", err)
		os.Exit(1)
	}
	go http.Serve(listener, given)
	os.Exit(given.run())
}

// read takes `run [OPTION VALUE]... COMMAND...`; the last of an option given twice counts, as with kar.
func read(arguments []string) (options, error) {
	given := options{appPort: "8080"}
	if len(arguments) == 0 || arguments[0] != "run" {
		return given, errors.New("only `run` is played")
	}
	arguments = arguments[1:]
	for len(arguments) > 0 && strings.HasPrefix(arguments[0], "-") {
		name := arguments[0]
		if name == "-kubernetes_mode" || name == "-sidecar_mode" {
			given.isBeside = given.isBeside || name == "-sidecar_mode"
			arguments = arguments[1:]
			continue
		}
		if len(arguments) < 2 {
			return given, fmt.Errorf("%s has no value", name)
		}
		switch value := arguments[1]; name {
		case "-app":
			given.app = value
		case "-service":
			given.service = value
		case "-app_port":
			given.appPort = value
		case "-config_dir":
			if err := configure(value); err != nil {
				return given, err
			}
		case "-actors", "-v", "-runtime_port":
		default:
			return given, fmt.Errorf("unknown option %s", name)
		}
		arguments = arguments[2:]
	}
	given.command = arguments
	if given.app == "" || (len(arguments) == 0) != given.isBeside {
		return given, errors.New("no application; or no command, or one beside an application")
	}
	if os.Getenv("KAFKA_BROKERS") == "" || os.Getenv("REDIS_HOST") == "" {
		return given, errors.New("KAFKA_BROKERS or REDIS_HOST is not set")
	}
	return given, nil
}

// configure sets variables from a folder with a file for each, as kar reads it.
func configure(folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "[a-z]*"))
	for _, file := range files {
		value, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		os.Setenv(strings.ToUpper(filepath.Base(file)), string(value))
	}
	return err
}

// run starts the application, hands signals on, and returns its exit code; without one, it waits for its own end.
func (given options) run() int {
	if given.isBeside {
		ended := make(chan os.Signal, 1)
		signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
		<-ended
		return 0
	}
	application := exec.Command(given.command[0], given.command[1:]...)
	application.Env = append(os.Environ(), "KAR_RUNTIME_PORT="+runtimePort, "KAR_APP_PORT="+given.appPort)
	application.Stdout, application.Stderr = os.Stdout, os.Stderr
	if err := application.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "kar:", err)
		return 127
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		for received := range signals {
			application.Process.Signal(received)
		}
	}()
	application.Wait()
	return application.ProcessState.ExitCode()
}

// ServeHTTP hands `/kar/v1/service/SERVICE/call/PATH` on, and says that it is well.
func (given options) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	if request.URL.Path == "/kar/v1/system/health" {
		io.WriteString(answer, "OK")
		return
	}
	service, path, found := strings.Cut(strings.TrimPrefix(request.URL.Path, prefix), "/call/")
	if !strings.HasPrefix(request.URL.Path, prefix) || !found {
		http.NotFound(answer, request)
		return
	}
	target := "http://127.0.0.1:" + given.appPort + "/" + path
	if service != given.service {
		target = "http://" + given.app + "-" + service + ":" + runtimePort + request.URL.Path
	}
	call, err := http.NewRequest(request.Method, target, request.Body)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadGateway)
		return
	}
	call.Header, call.ContentLength = request.Header, request.ContentLength
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(call)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	answer.WriteHeader(response.StatusCode)
	io.Copy(answer, response.Body)
}
