/**
 * A long-lived part: started by the composition root in order, stopped in reverse.
 * `stop` is safe before `start` and any number of times, and resolves when nothing of the part is left running.
 */
export interface Service {
  start(): Promise<void>
  stop(): Promise<void>
}
