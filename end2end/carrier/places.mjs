// Where numbers are: area codes of the United States and ranges of the United Kingdom.

const place = (locality, region, rateCenter, lata, postalCode, latitude, longitude) => ({
  locality, region, rate_center: rateCenter, lata, postal_code: postalCode, latitude, longitude,
});

/** Area codes with the places their numbers belong to. */
export const AREAS = {
  202: [place('Washington', 'DC', 'WSHNGTNZN1', '236', '20001', '38.907200', '-77.036900')],
  206: [place('Seattle', 'WA', 'SEATTLE', '674', '98101', '47.606200', '-122.332100')],
  212: [place('New York', 'NY', 'NWYRCYZN01', '132', '10001', '40.750600', '-73.997200')],
  305: [
    place('Miami', 'FL', 'MIAMI', '460', '33101', '25.774300', '-80.193700'),
    place('Key West', 'FL', 'KEY WEST', '460', '33040', '24.555100', '-81.780000'),
  ],
  310: [
    place('Beverly Hills', 'CA', 'BEVERLYHLS', '730', '90210', '34.088200', '-118.406300'),
    place('Santa Monica', 'CA', 'SNMN SNMN', '730', '90401', '34.017600', '-118.490700'),
  ],
  312: [place('Chicago', 'IL', 'CHICAGO', '358', '60601', '41.885500', '-87.622100')],
  415: [
    place('San Francisco', 'CA', 'SNFC CNTRL', '722', '94103', '37.772600', '-122.409900'),
    place('San Rafael', 'CA', 'SAN RAFAEL', '722', '94901', '37.973500', '-122.531100'),
  ],
  512: [place('Austin', 'TX', 'AUSTIN', '558', '78701', '30.271300', '-97.742600')],
  602: [place('Phoenix', 'AZ', 'PHOENIX', '666', '85004', '33.451000', '-112.068700')],
  713: [place('Houston', 'TX', 'HOUSTON', '560', '77002', '29.756600', '-95.365100')],
};

/** Toll-free codes. */
export const TOLL_FREE = ['800', '833', '844', '855', '866', '877', '888'];

/** British ranges that are set aside for fiction: the digits before the last three or four. */
export const BRITISH = {
  local: [
    { prefix: '+44207946', digits: 4, locality: 'London' },
    { prefix: '+441614960', digits: 3, locality: 'Manchester' },
  ],
  mobile: [{ prefix: '+447700900', digits: 3, locality: null }],
};
