import { Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { RevokeDecoder, encodeRevoked } from '../ipc/revoke.js'
import { revoke } from './gate.js'
import type { LifelineData } from './lifeline.js'
import { killOwnGroup } from './own-group.js'

// See lifeline.ts.
const { fd, gate } = workerData as LifelineData
const lifeline = new Socket({ fd, readable: true, writable: true })
const requests = new RevokeDecoder(1)
lifeline.on('error', () => undefined)
lifeline.on('close', killOwnGroup)
lifeline.on('data', (chunk: Buffer) => {
  for (const [upToSeq = 0] of requests.push(chunk)) lifeline.write(encodeRevoked(upToSeq, revoke(gate, upToSeq)))
})
// From here on questions are answered, whatever the other thread does.
lifeline.write(encodeRevoked(0, 0))
