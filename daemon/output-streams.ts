/**
 * Whoever reads our output may go before us: a terminal that is closed (EIO), a pipe whose reader has ended (EPIPE).
 * What is written then is lost; without this, it would end the daemon and its jobs.
 */
export function outliveReaders(streams: readonly NodeJS.WritableStream[]): void {
  for (const stream of streams) stream.on('error', ignore)
}

function ignore(): void {
  // Being heard is what keeps the error from ending the process.
}
