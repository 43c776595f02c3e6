@echo off
rem The command line of the built toolkit on Windows: ci\bdia --help. Not run by us.
setlocal
set "ROOT=%~dp0.."
if not exist "%ROOT%\ci\target\classpath.txt" (
    echo ci\bdia: build first: mvnw.cmd -DskipTests package 1>&2
    exit /b 2
)
rem From a file, since the class path is longer than a command may be; no folder in it may have blanks in its name.
java -cp @"%ROOT%\ci\target\classpath.txt" -Dfile.encoding=UTF-8 org.bdia.cli.Main %*
