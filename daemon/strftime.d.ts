declare module 'strftime' {
  /** A time as text, in the local time zone and in English. */
  export default function strftime(format: string, date: Date): string
}
