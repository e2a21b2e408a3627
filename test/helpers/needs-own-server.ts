/** What in a test file shows that it does more to its server than to send it the commands of a database. */
const signs = [
  // The process, its socket, its life.
  /\b(redis|server)\.(socket|signal|restart|pid)\b/,
  /startRedis\(t, |\?db=/,
  // What belongs to all databases of a server: settings, scripts, connections, figures, channels.
  /\bconfig\(|'CONFIG'|\bscript\(|'SCRIPT'|'CLIENT'|\.client\('|slowlog|'DEBUG'|'ACL'|flushall/i,
  /\.info\(|'INFO'|commandstats|monitor\(/,
  /publish\(|subscribe\(|pubsub|send(Stop|Kill|Shutdown)|'(stop-job|kill-horse|send|shutdown)'/,
  // Programs that are told a socket, or start servers themselves.
  /helpers\/(python|documents|golden|sentinel|systemd|cluster)\.js|chaos\/|examples\//,
  // The world of the browser's tests has jobs that Python enqueues.
  /'\.\/(look|world)\.js'/,
]

/** True for the source of a test file that must have a server of its own. */
export function needsOwnServer(source: string): boolean {
  return signs.some((sign) => sign.test(source))
}
