// What a number costs a month, by country, as pricing.twilio.com answers.

import { json, notFound } from './answers.mjs';

/** Monthly prices: the list price and what the account really pays. */
export const PRICES = {
  US: { country: 'United States', local: ['1.15', '1.15'], 'toll free': ['2.15', '2.00'] },
  GB: { country: 'United Kingdom', local: ['1.15', '1.15'], mobile: ['1.15', '1.15'] },
};

/** The answer for `/v1/PhoneNumbers/Countries/{ISO}`. */
export function pricesOf(prices, iso, url) {
  const { country, ...types } = prices[iso] ?? {};
  if (!country) return notFound(url);
  return json(200, {
    country,
    iso_country: iso,
    phone_number_prices: Object.entries(types).map(([type, [base, current]]) => ({ number_type: type, base_price: base, current_price: current })),
    price_unit: 'USD',
    url: `https://pricing.twilio.com/v1/PhoneNumbers/Countries/${iso}`,
  });
}
