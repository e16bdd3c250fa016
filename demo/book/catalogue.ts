/** What the shop of the demo sells, and to whom: a coffee roastery with customers on three continents. */

export const currencies = ['EUR', 'USD', 'JPY', 'KWD'] as const;
export type DemoCurrency = (typeof currencies)[number];

export interface Customer {
  readonly id: string;
  readonly currency: DemoCurrency;
}

export const customers: readonly [Customer, ...Customer[]] = [
  { id: 'ada.lindqvist', currency: 'EUR' },
  { id: 'bruno.costa', currency: 'EUR' },
  { id: 'chiyo.tanaka', currency: 'JPY' },
  { id: 'dalal.sabah', currency: 'KWD' },
  { id: 'emma.walsh', currency: 'USD' },
  { id: 'grace.okafor', currency: 'USD' },
  { id: 'hiro.sato', currency: 'JPY' },
  { id: 'ines.moreau', currency: 'EUR' },
];

export interface Product {
  readonly sku: string;
  readonly label: string;
  /** In euro cents; other currencies follow from it. */
  readonly cents: number;
  readonly quantityMax: number;
  readonly frequency?: 'weekly' | 'biweekly' | 'monthly' | 'quarterly';
  readonly priority?: 'low' | 'high' | 'critical';
  readonly meta?: Readonly<Record<string, string | number | boolean>>;
}

export const products: readonly [Product, ...Product[]] = [
  { sku: 'BEAN-YIRGA-1KG', label: 'Yirgacheffe, washed, 1 kg', cents: 3_450, quantityMax: 6 },
  {
    sku: 'BEAN-HUILA-250',
    label: 'Huila, honey process, 250 g',
    cents: 1_190,
    quantityMax: 8,
    meta: { roast: 'light', altitudeM: 1_750 },
  },
  {
    sku: 'BEAN-NIGHT-500',
    label: 'Night Shift, espresso blend, 500 g',
    cents: 1_680,
    quantityMax: 10,
    meta: { roast: 'dark', grind: 'espresso' },
  },
  { sku: 'DECAF-SUGAR-250', label: 'Sugarcane decaf, 250 g', cents: 1_290, quantityMax: 4, priority: 'low' },
  { sku: 'FILTER-V60-100', label: 'Paper filters 02, 100 pieces', cents: 590, quantityMax: 12 },
  { sku: 'DRIPPER-CERAMIC', label: 'Ceramic dripper, white', cents: 2_480, quantityMax: 2 },
  { sku: 'KETTLE-GOOSE', label: 'Gooseneck kettle, 0.9 l', cents: 8_900, quantityMax: 1 },
  {
    sku: 'GRINDER-HAND',
    label: 'Hand grinder, 38 mm steel burrs',
    cents: 17_500,
    quantityMax: 1,
    priority: 'high',
    meta: { warrantyMonths: 24, engraved: false },
  },
  {
    sku: 'MACHINE-LEVER',
    label: 'Lever machine, refurbished',
    cents: 129_900,
    quantityMax: 1,
    priority: 'critical',
    meta: { serial: 'LV-88-0417', insured: true },
  },
  { sku: 'CUP-DEMITASSE-6', label: 'Demitasse cups, set of six', cents: 4_200, quantityMax: 3 },
  { sku: 'COURSE-LATTE-ART', label: 'Latte art, evening course', cents: 6_900, quantityMax: 2 },
  {
    sku: 'SUB-HOUSE-1KG',
    label: 'House blend, 1 kg, by subscription',
    cents: 2_890,
    quantityMax: 3,
    frequency: 'monthly',
  },
  {
    sku: 'SUB-OFFICE-5KG',
    label: 'Office box, 5 kg, by subscription',
    cents: 12_900,
    quantityMax: 4,
    frequency: 'biweekly',
    priority: 'high',
    meta: { dock: 'rear entrance' },
  },
  {
    sku: 'SUB-GUEST-250',
    label: 'Guest roaster, 250 g, by subscription',
    cents: 1_490,
    quantityMax: 2,
    frequency: 'weekly',
  },
  {
    sku: 'SERVICE-DESCALE',
    label: 'Machine service, by subscription',
    cents: 9_500,
    quantityMax: 1,
    frequency: 'quarterly',
  },
];

export const notes: readonly [string, ...string[]] = [
  'Please ring twice, the bell is tired.',
  'Leave it with the florist next door.',
  'It is a gift: no invoice in the box.',
  'Grind for a moka pot this time.',
  'Deliver after six; we open the bakery at four.',
  '届いたら隣の事務所へお願いします。',
  'الرجاء الاتصال قبل التوصيل',
  'Combine with last week’s parcel if it has not left yet.',
];

/** Minor units per euro cent, in thousandths: a price list, not an exchange. */
const perCent: Readonly<Record<DemoCurrency, number>> = { EUR: 1_000, USD: 1_080, JPY: 1_620, KWD: 3_310 };

/** Minor units of the customer's currency. */
export function priceIn(currency: DemoCurrency, { cents }: Product): number {
  return Math.round((cents * perCent[currency]) / 1_000);
}
