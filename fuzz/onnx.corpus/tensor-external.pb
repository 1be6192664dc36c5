pj
locationa