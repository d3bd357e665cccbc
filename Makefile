# The tasks of this project; the work itself is Maven's (pom.xml). Each target needs only a checkout:
# what is missing on the machine, scripts/prerequisites installs or names.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

# The JDK 25 that the launchers would choose, told to Maven's toolchain search by its convention.
java_home := $(shell . packaging/libexec/java.sh; find_java_25 2>/dev/null && echo "$$java_home")
ifneq ($(java_home),)
export JAVA25_HOME := $(java_home)
endif

modules := shim worker api server cli packaging
inputs := pom.xml $(shell find $(modules) -not -path '*/target*' -not -path 'shim/build*')
# A tool that fails has said why; Maven's stack trace of its exit code adds nothing.
mvn := mvn -B -ntp -Dstyle.color=never -Dorg.slf4j.simpleLogger.log.org.codehaus.mojo.exec.ExecMojo=off
quiet := $(mvn) -q
# Neither runs nor compiles them.
without_tests := -DskipTests -Dmaven.test.skip
# Says which module it is at, and what was tested.
verbose_tests := $(mvn) -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.surefire=info \
  -Dorg.slf4j.simpleLogger.log.org.apache.maven.cli.event=info

.PHONY: help
help: ## Says what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: prerequisites dist/.built ## Builds the distribution: dist/bin/jobd, dist/bin/jobctl

dist/.built: $(inputs)
	@$(quiet) $(without_tests) -pl packaging -am package
	@touch $@

.PHONY: test
test: ## Builds everything, checks its form and runs every test, the kernel's in the guest too (root: they make real jobs)
	@scripts/prerequisites test
	@$(verbose_tests) verify
	@touch dist/.built
	@scripts/guest/run

.PHONY: guest
guest: build ## Runs the tests in the guest alone: QEMU with cgroup v2 and no v1 (suites=worker)
	@scripts/prerequisites test
	@$(quiet) -DskipTests verify
	@$(MAKE) -C shim build/test/jobd-shim build/test/shim-test
	@scripts/guest/run $(suites)

large_tests := ExactOutputTest,LogsTest,ServerDownTest,ManyReadersTest,SlowReadersTest,ManyJobsTest\#jobsAsFast*

.PHONY: large
large: ## Runs the tests with 1 GiB of output, 10 million lines, 1,000 followers, 10,000 jobs
	@scripts/prerequisites test
	@$(verbose_tests) -Djobd.large=true -Dtest='$(large_tests)' \
	  -Dsurefire.failIfNoSpecifiedTests=false verify

.PHONY: accuracy
accuracy: ## Measures how near jobs come to their limits, both ways: needs a machine that does nothing else
	@scripts/prerequisites test
	@$(verbose_tests) -Djobd.quiet=true -Dtest='LimitAccuracyTest,KernelLimitsTest,StopTest#aForkBomb*' \
	  -Dsurefire.failIfNoSpecifiedTests=false verify

kill_rounds ?= 1000
kill_tests := KillMatrixTest,ShimKillTest

.PHONY: kill-matrix
kill-matrix: prerequisites ## Kills servers, shims and inits kill_rounds times by chance (kill_seed=N)
	@scripts/prerequisites test
	@$(verbose_tests) -pl worker -am test -Dtest=$(kill_tests) -Dsurefire.failIfNoSpecifiedTests=false \
	  -Djobd.kill.rounds=$(kill_rounds) $(if $(kill_seed),-Djobd.kill.seed=$(kill_seed))

.PHONY: demo
demo: build ## Shows jobd at work, and checks everything it shows
	@scripts/prerequisites test
	@scripts/demo

only ?= all

.PHONY: bench
bench: build ## Compares jobd with others (only=starts, capture, delivery, logs, delay or followers)
	@scripts/prerequisites bench
	@$(quiet) $(without_tests) -pl bench -am package
	@scripts/bench $(only) $(rounds)

.PHONY: scale
scale: build ## Measures reopening with many jobs, memory per job and durable starts
	@$(quiet) $(without_tests) -pl bench -am package
	@scripts/scale

.PHONY: format
format: prerequisites ## Formats all Java sources
	@$(quiet) -N -Dformat=--replace verify

.PHONY: lint
lint: prerequisites ## Checks formatting and compiles everything with all warnings as errors
	@$(quiet) -DskipTests verify

.PHONY: reproducible
reproducible: prerequisites ## Builds the commit twice in different places and compares the bytes
	@scripts/reproducible

.PHONY: clean
clean: ## Removes everything that was built
	@rm -rf dist target */target shim/build

.PHONY: prerequisites
prerequisites:
	@scripts/prerequisites build
