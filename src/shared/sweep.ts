/** Something that is not as it should be, and what mends it. */
export interface Finding {
  /** What is to be done, as `remove object`. */
  action: string;
  /** To what: a key, or a row. */
  target: string;
  /** Looks once more, now strongly consistent, and does it if that is still so; whether it was. */
  mend(): Promise<boolean>;
}

/** A bounded piece of the whole: a page of rows or objects. */
export interface SweepPage {
  /** How many things were looked at. */
  looked: number;
  findings: Finding[];
  /** Where the next page begins; absent at the end. */
  next?: string | undefined;
}

/** One kind of thing that the sweep looks through. It only looks: the sweep decides whether what was found is mended. */
export interface SweepPart {
  /** Its name in reports and logs, under which its place is kept between runs. */
  name: string;
  look(after: string | undefined): Promise<SweepPage>;
}

/** What one run did in one part; in a dry run, would have done. */
export interface SweptPart {
  part: string;
  looked: number;
  found: Pick<Finding, 'action' | 'target'>[];
  mended: number;
  /** How often something went wrong, which the log tells; a later run tries again. */
  failed: number;
  /** Whether it got to the end; else the next run goes on where this one stopped. */
  isThrough: boolean;
}

export interface SweepReport {
  dryRun: boolean;
  parts: SweptPart[];
}
