import { formValue } from '../form-value.js'

/** Makes addresses of pages below the place where the dashboard is mounted. */
export class Links {
  readonly #base: string

  /** @param base empty, or a path such as `/rq` */
  constructor(base: string) {
    this.#base = base
  }

  /** @param query left out where undefined or empty */
  to(path: string, query: Readonly<Record<string, string | readonly string[] | undefined>> = {}): string {
    const params = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      for (const each of typeof value === 'string' ? [value] : (value ?? [])) {
        if (each !== '') params.append(name, formValue(each))
      }
    }
    const text = params.toString()
    return `${this.#base}${path}${text === '' ? '' : `?${text}`}`
  }

  job(id: string): string {
    return this.to('/job', { id })
  }

  jobs(queue: string, status?: string): string {
    return this.to('/jobs', { queue, status })
  }
}
