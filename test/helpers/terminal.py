# terminal.py ROWS COLUMNS PROGRAM ARGUMENT...: run a program on a terminal of its own. What comes on stdin is typed; the
# piece "\0ROWSxCOLUMNS" resizes it instead, "\0TERM" sends that signal. At the end a line of JSON goes to stderr: how
# the program ended and how it left the terminal.
import fcntl, json, os, pty, select, signal, struct, sys, termios

def resize(rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

def take_terminal(inner):
    os.setsid()
    fcntl.ioctl(inner, termios.TIOCSCTTY, 0)
    for stream in (0, 1, 2):
        os.dup2(inner, stream)
    os.close(inner)

rows, columns = int(sys.argv[1]), int(sys.argv[2])
# Our own hold on its inner side keeps the terminal there when the program has ended.
master, inner = pty.openpty()
resize(rows, columns)
child = os.fork()
if child == 0:
    os.close(master)
    take_terminal(inner)
    os.execvp(sys.argv[3], sys.argv[3:])
sources = [0, master]
status = None
while status is None:
    ready, _, _ = select.select(sources, [], [], 0.02)
    if 0 in ready:
        typed = os.read(0, 4096)
        if typed == b'':
            sources.remove(0)
        elif typed == b'\0TERM':
            os.kill(child, signal.SIGTERM)
        elif typed.startswith(b'\0'):
            resize(*map(int, typed[1:].split(b'x')))
        else:
            os.write(master, typed)
    if master in ready:
        os.write(1, os.read(master, 65536))
    elif not ready:
        pid, ended = os.waitpid(child, os.WNOHANG)
        if pid != 0:
            status = ended
modes = termios.tcgetattr(master)[3]
print(json.dumps({
    'code': os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
    'signal': os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
    'echo': bool(modes & termios.ECHO),
    'lines': bool(modes & termios.ICANON),
}), file=sys.stderr)
