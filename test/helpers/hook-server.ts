import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A call that came. */
export interface HookCall {
  readonly path: string
  readonly method: string
  readonly headers: IncomingMessage['headers']
  /** Undefined where there was none. */
  readonly body: unknown
}

/** A local HTTP server that notes what it is told, closed with the test. */
export interface HookServer {
  readonly url: string
  readonly calls: HookCall[]
}

/** `answer` decides what a call gets; by default 204. It may leave one without an answer. */
export async function startHookServer(
  t: Test,
  answer: (call: HookCall, response: ServerResponse) => void = (_call, response) => void response.writeHead(204).end(),
): Promise<HookServer> {
  const calls: HookCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const { url: path = '', method = '', headers } = request
      const call = { path, method, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
      calls.push(call)
      answer(call, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls }
}
