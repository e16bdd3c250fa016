/** What processes do, in figures. */
export interface ProcessMetrics {
  /** A provider was asked. @param asked the operation, or `inquire`. @param outcome the kind of its answer */
  gatewayAsked(asked: string, outcome: string): void;
  /** A call failed so often that a human has to look. */
  paymentParked(): void;
}
