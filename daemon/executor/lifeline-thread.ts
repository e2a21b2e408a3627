import { Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { killOwnGroup } from './own-group.js'

// See lifeline.ts. The other end never writes: whatever happens here is its end.
const lifeline = new Socket({ fd: workerData as number, readable: true, writable: false })
lifeline.on('error', () => undefined)
lifeline.on('close', killOwnGroup)
lifeline.resume()
